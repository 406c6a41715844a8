#include "core/base/deadline.h"

#include <utility>

namespace postern::base {

void Cancellation::request() {
  requested_ = true;
  // A hook may attach or detach others while it is told, so the list is read anew each time.
  while (first_ != nullptr) {
    Hook* hook = first_;
    detach(*hook);
    hook->cancelled();
  }
}

void Cancellation::attach(Hook& hook) {
  hook.previous_ = nullptr;
  hook.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &hook;
  first_ = &hook;
  hook.attached_ = true;
}

void Cancellation::detach(Hook& hook) {
  if (!hook.attached_) return;
  if (hook.previous_ != nullptr) {
    hook.previous_->next_ = hook.next_;
  } else {
    first_ = hook.next_;
  }
  if (hook.next_ != nullptr) hook.next_->previous_ = hook.previous_;
  hook.previous_ = nullptr;
  hook.next_ = nullptr;
  hook.attached_ = false;
}

}  // namespace postern::base
