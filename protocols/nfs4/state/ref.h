#pragma once

#include <atomic>
#include <utility>

#include "engine/base/bytes.h"

namespace dfs::nfs4 {

// Counts who may still look at a record. A record that is destroyed by one loop while another works with it
// is taken out of the tables at once and goes when the last reference does.
class Counted {
 public:
  void ref() const { refs_.fetch_add(1, std::memory_order_relaxed); }
  // True for the last one.
  bool unref() const { return refs_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

 protected:
  Counted() = default;
  ~Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  mutable std::atomic<u32> refs_{1};
};

template <class T>
class Ref {
 public:
  Ref() = default;
  // Takes over a reference that somebody counted: a new object's first, for instance.
  static Ref adopt(T* p) { return Ref(p); }
  static Ref share(T* p) {
    if (p != nullptr) p->ref();
    return Ref(p);
  }
  Ref(const Ref& o) : p_(o.p_) {
    if (p_ != nullptr) p_->ref();
  }
  Ref(Ref&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  Ref& operator=(Ref o) noexcept {
    std::swap(p_, o.p_);
    return *this;
  }
  ~Ref() {
    if (p_ != nullptr && p_->unref()) delete p_;
  }

  T* get() const { return p_; }
  T* operator->() const { return p_; }
  T& operator*() const { return *p_; }
  explicit operator bool() const { return p_ != nullptr; }
  // Gives the reference to the caller to keep count of.
  T* release() { return std::exchange(p_, nullptr); }

 private:
  explicit Ref(T* p) : p_(p) {}
  T* p_ = nullptr;
};

}  // namespace dfs::nfs4
