#include "io/confine/confine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

namespace postern::confine {
namespace {

// What is given up is gone for good, so each test gives it up in a child.
class ConfineTest : public ::testing::Test {
 protected:
  ConfineTest() {
    std::string own = (std::filesystem::temp_directory_path() / "postern-own-XXXXXX").string();
    std::string other = (std::filesystem::temp_directory_path() / "postern-other-XXXXXX").string();
    own_ = mkdtemp(own.data());
    other_ = mkdtemp(other.data());
  }
  ~ConfineTest() override {
    std::filesystem::remove_all(own_);
    std::filesystem::remove_all(other_);
  }

  // What `act` answered in a confined child; -1: this kernel cannot confine, -2: it died.
  int confined(const std::function<int()>& act) const {
    const pid_t child = ::fork();
    if (child == 0) {
      const Confined held = give_up_rights({own_});
      ::_exit(held.files && held.calls ? act() : 200);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status)) return -2;
    return WEXITSTATUS(status) == 200 ? -1 : WEXITSTATUS(status);
  }
  static int make(const std::string& file) {
    const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    return made < 0 ? errno : 0;
  }

  std::string own_;
  std::string other_;
};

#define SKIP_WITHOUT_KERNEL(result) \
  if ((result) == -1) GTEST_SKIP() << "this kernel lacks Landlock or seccomp"

TEST_F(ConfineTest, FilesAreMadeInOwnFoldersAndNowhereElse) {
  const int own = confined([&] { return make(own_ + "/file"); });
  SKIP_WITHOUT_KERNEL(own);
  EXPECT_EQ(own, 0);
  EXPECT_EQ(confined([&] { return make(other_ + "/file"); }), EACCES);
  EXPECT_FALSE(std::filesystem::exists(other_ + "/file"));
}

TEST_F(ConfineTest, FilesElsewhereAreReadButNeitherChangedNorRemoved) {
  ASSERT_EQ(make(other_ + "/file"), 0);
  const std::string file = other_ + "/file";
  const int read = confined([&] { return ::open(file.c_str(), O_RDONLY) >= 0 ? 0 : errno; });
  SKIP_WITHOUT_KERNEL(read);
  EXPECT_EQ(read, 0);
  EXPECT_EQ(confined([&] { return ::open(file.c_str(), O_WRONLY) >= 0 ? 0 : errno; }), EACCES);
  EXPECT_EQ(confined([&] { return ::unlink(file.c_str()) == 0 ? 0 : errno; }), EACCES);
  EXPECT_EQ(
      confined([&] { return ::rename(file.c_str(), (own_ + "/taken").c_str()) == 0 ? 0 : errno; }),
      EACCES);
}

TEST_F(ConfineTest, NoProgramAndNoProcessIsStarted) {
  const int executed = confined([] {
    char name[] = "/bin/true";
    char* arguments[] = {name, nullptr};
    ::execv(name, arguments);
    return errno;
  });
  SKIP_WITHOUT_KERNEL(executed);
  EXPECT_EQ(executed, EPERM);
  EXPECT_EQ(confined([] {
              const pid_t child = ::fork();
              if (child == 0) ::_exit(0);
              return child < 0 ? errno : 0;
            }),
            EPERM);
}

TEST_F(ConfineTest, ThreadsStartAndAreConfinedToo) {
  const int result = confined([&] {
    int made = 0;
    std::thread([&] { made = make(other_ + "/file"); }).join();
    return made;
  });
  SKIP_WITHOUT_KERNEL(result);
  EXPECT_EQ(result, EACCES);
}

TEST_F(ConfineTest, AFolderThatIsNotThereIsSaid) {
  const int result = confined([&] {
    const Confined held = give_up_rights({"/nowhere"});
    return !held.files && held.why.find("/nowhere") != std::string::npos ? 0 : 1;
  });
  SKIP_WITHOUT_KERNEL(result);
  EXPECT_EQ(result, 0);
}

}  // namespace
}  // namespace postern::confine
