# Every dependency is a Debian 12 package; docs/dependencies.md and ./run name them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(ZLIB REQUIRED)
# Not by pkg-config: Debian's libunbound.pc requires development packages that we do not need.
find_library(UNBOUND_LIBRARY unbound REQUIRED)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(ARGON2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)

set(POSTERN_CORE_LIBRARIES fmt::fmt PkgConfig::IDN2 PkgConfig::PSL)
set(POSTERN_IO_LIBRARIES Threads::Threads Boost::boost Boost::json Boost::url OpenSSL::SSL
    OpenSSL::Crypto ${UNBOUND_LIBRARY} PkgConfig::SQLITE PkgConfig::ARGON2 PkgConfig::SYSTEMD
    PkgConfig::SECCOMP ZLIB::ZLIB fmt::fmt spdlog::spdlog)
