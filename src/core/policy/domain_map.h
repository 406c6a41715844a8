// From (owner, domain) to items, for a million domains in a few cache lines a lookup.
//
// A lookup asks for a name and for every suffix of it. So names are hashed from the right, and one
// pass over "mail.dept.gov.uk" yields the hashes of "uk", "gov.uk", "dept.gov.uk" and the whole.
// The table is open-addressed, 8 bytes a slot, and holds no text: the items are the keys' owner,
// and the caller compares. Items of one key are chained in the order that the caller wants them.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

namespace postern::policy {

using DomainHash = std::uint64_t;

// The suffixes of a domain at label boundaries, the whole name first.
class Suffixes {
 public:
  explicit Suffixes(std::string_view domain) : domain_(domain) {
    DomainHash hash = kStart;
    for (std::size_t i = domain.size(); i-- > 0;) {
      if (domain[i] == '.' && count_ < kMost - 1) keep(i + 1, hash);
      hash = (hash ^ static_cast<unsigned char>(domain[i])) * kPrime;  // FNV-1a, from the right
    }
    keep(0, hash);
  }

  [[nodiscard]] std::size_t size() const { return count_; }
  // 0 is the whole name, 1 its parent, ...
  [[nodiscard]] std::string_view text(std::size_t i) const {
    return domain_.substr(starts_[count_ - 1 - i]);
  }
  [[nodiscard]] DomainHash hash(std::size_t i) const { return hashes_[count_ - 1 - i]; }

 private:
  static constexpr DomainHash kStart = 0xcbf29ce484222325;
  static constexpr DomainHash kPrime = 0x00000100000001b3;
  static constexpr std::size_t kMost = 128;  // a name of 253 characters has 127 labels at most

  void keep(std::size_t start, DomainHash hash) {
    starts_[count_] = static_cast<std::uint16_t>(start);
    hashes_[count_] = hash;
    ++count_;
  }

  std::string_view domain_;
  std::size_t count_ = 0;
  std::uint16_t starts_[kMost];
  DomainHash hashes_[kMost];
};

[[nodiscard]] inline DomainHash hash_of(std::string_view domain) {
  return Suffixes(domain).hash(0);
}

class DomainMap {
 public:
  static constexpr std::uint32_t none = 0xffffffff;

  explicit DomainMap(std::size_t items) {
    slots_.resize(std::bit_ceil(items * 2 + 2));
    next_.resize(items, none);
  }

  // same(other): has that item this key? before(other): shall this one come before it in the chain?
  template <class Same, class Before>
  void insert(std::uint32_t item, std::int64_t owner, DomainHash domain, Same same, Before before) {
    const DomainHash hash = mix(owner, domain);
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].head != none) {
      if (slots_[at].tag == tag(hash) && same(slots_[at].head)) {
        std::uint32_t* link = &slots_[at].head;
        while (*link != none && !before(*link)) link = &next_[*link];
        next_[item] = *link;
        *link = item;
        return;
      }
      at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at] = {tag(hash), item};
  }

  // The first item of the key, or none.
  template <class Same>
  [[nodiscard]] std::uint32_t find(std::int64_t owner, DomainHash domain, Same same) const {
    const DomainHash hash = mix(owner, domain);
    for (std::size_t at = hash & (slots_.size() - 1); slots_[at].head != none;
         at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].tag == tag(hash) && same(slots_[at].head)) return slots_[at].head;
    }
    return none;
  }

  [[nodiscard]] std::uint32_t next(std::uint32_t item) const { return next_[item]; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t head = none;
  };

  static DomainHash mix(std::int64_t owner, DomainHash domain) {
    DomainHash x = domain ^ (static_cast<DomainHash>(owner) * 0x9e3779b97f4a7c15);
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;  // every bit of the input moves the low ones
    return x ^ (x >> 32);
  }
  static std::uint32_t tag(DomainHash hash) { return static_cast<std::uint32_t>(hash >> 32); }

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> next_;
};

}  // namespace postern::policy
