// Intrusive lists: what waits carries its own links, so that waiting allocates nothing and whatever
// is destroyed while it waits takes itself out of its list. Not thread-safe.
#pragma once

namespace postern::net {

template <class T>
class List;

// What a T derives from to stand in a List<T>; in one list at a time.
template <class T>
class Linked {
 public:
  Linked() = default;
  Linked(const Linked&) = delete;
  Linked& operator=(const Linked&) = delete;
  ~Linked() { unlink(); }

  void unlink() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = this;
  }

 private:
  friend class List<T>;
  Linked* previous_ = this;
  Linked* next_ = this;
};

template <class T>
class List {
 public:
  [[nodiscard]] bool empty() const { return head_.next_ == &head_; }

  // Moves `item` here from wherever it was.
  void push_back(T& item) {
    Linked<T>& link = item;
    link.unlink();
    link.previous_ = head_.previous_;
    link.next_ = &head_;
    head_.previous_->next_ = &link;
    head_.previous_ = &link;
  }

  // Null if the list is empty.
  [[nodiscard]] T* pop_front() {
    if (empty()) return nullptr;
    Linked<T>* link = head_.next_;
    link->unlink();
    return static_cast<T*>(link);
  }

  // Appends everything that `other` holds, and leaves it empty.
  void take_all(List& other) {
    if (other.empty()) return;
    Linked<T>* first = other.head_.next_;
    Linked<T>* last = other.head_.previous_;
    other.head_.previous_ = other.head_.next_ = &other.head_;
    first->previous_ = head_.previous_;
    last->next_ = &head_;
    head_.previous_->next_ = first;
    head_.previous_ = last;
  }

 private:
  Linked<T> head_;
};

}  // namespace postern::net
