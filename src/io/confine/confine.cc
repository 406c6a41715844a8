#include "io/confine/confine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>

namespace postern::confine {
namespace {

// --- files ---------------------------------------------------------------------------------------

// Rights of the first version; later ones are added where the kernel knows them.
constexpr std::uint64_t kChanging = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr std::uint64_t kTruncate = 1ULL << 14;  // ABI 3; Debian's headers end before it

struct Descriptor {
  explicit Descriptor(int n) : number(n) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number;
};

long landlock_abi() {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

std::string allow(int rules, const std::string& folder, std::uint64_t rights) {
  const Descriptor at(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (at.number < 0) return fmt::format("{}: {}. ", folder, std::strerror(errno));
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = at.number;
  if (::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return fmt::format("{}: {}. ", folder, std::strerror(errno));
  }
  return {};
}

// Empty: it holds.
std::string confine_files(const std::vector<std::string>& writable) {
  const long abi = landlock_abi();
  if (abi < 1) return "This kernel has no Landlock, so files elsewhere are not protected by it. ";
  std::uint64_t changing = kChanging;
  if (abi >= 2) changing |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) changing |= kTruncate;
  landlock_ruleset_attr wanted{};
  wanted.handled_access_fs = changing | LANDLOCK_ACCESS_FS_EXECUTE;
  const Descriptor rules(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &wanted, sizeof wanted.handled_access_fs, 0)));
  if (rules.number < 0) return fmt::format("Landlock: {}. ", std::strerror(errno));
  for (const std::string& folder : writable) {
    if (auto problem = allow(rules.number, folder, changing); !problem.empty()) return problem;
  }
  if (::syscall(SYS_landlock_restrict_self, rules.number, 0) != 0) {
    return fmt::format("Landlock: {}. ", std::strerror(errno));
  }
  return {};
}

// --- calls ---------------------------------------------------------------------------------------

constexpr std::array kForbidden{
    // another program
    SCMP_SYS(execve), SCMP_SYS(execveat),
    // another process: one's memory, its trace
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
    // another identity, another view of the system
    SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid), SCMP_SYS(setregid), SCMP_SYS(setresuid),
    SCMP_SYS(setresgid), SCMP_SYS(setgroups), SCMP_SYS(setfsuid), SCMP_SYS(setfsgid),
    SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(chroot), SCMP_SYS(pivot_root), SCMP_SYS(mount),
    SCMP_SYS(umount2), SCMP_SYS(open_by_handle_at),
    // the kernel and the machine
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load), SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
    SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl),
    SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(adjtimex), SCMP_SYS(clock_adjtime),
    SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(iopl), SCMP_SYS(ioperm),
    SCMP_SYS(personality)};

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};

// Empty: it holds.
std::string confine_calls() {
  const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) return "seccomp: no filter could be made. ";
  const auto refuse = SCMP_ACT_ERRNO(EPERM);
  for (const int call : kForbidden) {
    // A call that this architecture lacks needs no rule.
    const int added = seccomp_rule_add(filter.get(), refuse, call, 0);
    if (added != 0 && added != -EDOM) return fmt::format("seccomp: {}. ", std::strerror(-added));
  }
  // Threads, but no processes. The flags of clone3 lie in memory where no filter sees them; glibc
  // falls back to clone.
  constexpr scmp_arg_cmp not_a_thread{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0};
  const int no_fork =
      seccomp_rule_add_array(filter.get(), refuse, SCMP_SYS(clone), 1, &not_a_thread);
  const int no_fork_call = seccomp_rule_add(filter.get(), refuse, SCMP_SYS(fork), 0);
  const int no_vfork = seccomp_rule_add(filter.get(), refuse, SCMP_SYS(vfork), 0);
  const int no_clone3 = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  for (const int added : {no_fork, no_fork_call, no_vfork, no_clone3}) {
    if (added != 0 && added != -EDOM) return fmt::format("seccomp: {}. ", std::strerror(-added));
  }
  const int loaded = seccomp_load(filter.get());
  return loaded == 0 ? std::string() : fmt::format("seccomp: {}. ", std::strerror(-loaded));
}

}  // namespace

Confined give_up_rights(const std::vector<std::string>& writable) {
  Confined confined;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    confined.why = fmt::format("No rights can be given up: {}.", std::strerror(errno));
    return confined;
  }
  const std::string files = confine_files(writable);
  const std::string calls = confine_calls();
  confined.files = files.empty();
  confined.calls = calls.empty();
  confined.why = files + calls;
  return confined;
}

}  // namespace postern::confine
