# The libraries we stand on, all from Debian 12 (apt names: ./dev, list `packages`).
# Each is included by one source file alone, its door (ARCHITECTURE.md, "Doors").
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED CONFIG)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
find_library(CSV_LIBRARY csv REQUIRED)
find_library(DATE_TZ_LIBRARY date-tz REQUIRED)
find_library(PROMETHEUS_CORE_LIBRARY prometheus-cpp-core REQUIRED)

add_library(maitred_foreign INTERFACE)
target_link_libraries(maitred_foreign INTERFACE
  Threads::Threads ICU::uc ICU::i18n CURL::libcurl SQLite::SQLite3 OpenSSL::Crypto fmt::fmt
  PkgConfig::MICROHTTPD PkgConfig::TOMLPP PkgConfig::SYSTEMD PkgConfig::RDKAFKA
  ${CSV_LIBRARY} ${DATE_TZ_LIBRARY} ${PROMETHEUS_CORE_LIBRARY})
