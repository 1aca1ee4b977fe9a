// Preloaded into user-mode Linux, so that it runs on processors with more vector state than it knows of.
//
// It keeps the floating-point registers of its processes with PTRACE_GETREGSET and PTRACE_SETREGSET of
// NT_X86_XSTATE, in a buffer whose size was fixed when it was built. Its host gives as much as fits, but
// takes nothing back except the whole area (EFAULT otherwise), and with AMX that is 11 KiB. So what comes
// back short is padded here, and the features whose state lies beyond the buffer are left in their initial
// state: no process of a guest has asked for them.

#include <cpuid.h>
#include <dlfcn.h>
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstring>

namespace {

using Ptrace = long (*)(enum __ptrace_request, ...);

// Intel SDM volume 1, 13.4: the legacy area, then the header, which begins with XSTATE_BV.
constexpr size_t kLegacy = 512, kHeader = 64, kLargest = 64 << 10;
constexpr unsigned kXstateLeaf = 0xd, kFirstExtended = 2, kFeatures = 63;

// The features (bits of XSTATE_BV) whose state lies in the first `size` bytes of the standard format.
uint64_t features_within(size_t size) {
  uint64_t features = 3;  // x87 and SSE, in the legacy area
  for (unsigned i = kFirstExtended; i < kFeatures; ++i) {
    unsigned length, offset, c, d;
    if (__get_cpuid_count(kXstateLeaf, i, &length, &offset, &c, &d) && length != 0 && offset + length <= size)
      features |= uint64_t{1} << i;
  }
  return features;
}

// The whole area of this host; what lies beyond the caller's buffer stays zero. Static, because the stack may
// be a guest's kernel stack; the caller has one thread.
alignas(64) unsigned char area[kLargest];
size_t area_size = 0;  // 0: not known yet
uint64_t kept_features = 0;

bool learn(Ptrace real, long pid, void* type, const iovec& given) {
  iovec whole{area, sizeof area};
  if (real(PTRACE_GETREGSET, pid, type, &whole) != 0 || given.iov_len >= whole.iov_len) return false;
  std::memset(area, 0, whole.iov_len);
  area_size = whole.iov_len;
  kept_features = features_within(given.iov_len);
  return true;
}

long set_padded(Ptrace real, long pid, void* type, const iovec& given) {
  std::memcpy(area, given.iov_base, given.iov_len);
  uint64_t present;
  std::memcpy(&present, area + kLegacy, sizeof present);
  present &= kept_features;
  std::memcpy(area + kLegacy, &present, sizeof present);
  iovec whole{area, area_size};
  return real(PTRACE_SETREGSET, pid, type, &whole);
}

}  // namespace

extern "C" long ptrace(enum __ptrace_request request, ...) noexcept {
  static const auto real = reinterpret_cast<Ptrace>(dlsym(RTLD_NEXT, "ptrace"));
  std::va_list words;
  va_start(words, request);
  const long pid = va_arg(words, long);
  void* const address = va_arg(words, void*);
  void* const data = va_arg(words, void*);
  va_end(words);
  if (request != PTRACE_SETREGSET || reinterpret_cast<uintptr_t>(address) != NT_X86_XSTATE)
    return real(request, pid, address, data);
  const auto& given = *static_cast<const iovec*>(data);
  if (area_size != 0) return set_padded(real, pid, address, given);
  const long done = real(request, pid, address, data);
  if (done == 0 || errno != EFAULT || !learn(real, pid, address, given)) return done;
  return set_padded(real, pid, address, given);
}
