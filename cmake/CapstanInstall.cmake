# Install rules and the package that find_package(capstan) reads.
install(TARGETS capstan_core capstan_providers capstan_tools
        EXPORT capstan-targets FILE_SET HEADERS)
if(CAPSTAN_BUILD_SIMULATOR)  # the provider kit, and the server that it is made of
  install(TARGETS capstan_provider_testing capstan_simulator
          EXPORT capstan-targets FILE_SET HEADERS)
endif()
install(EXPORT capstan-targets NAMESPACE capstan:: FILE capstan-targets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/capstan)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/capstan-config.cmake.in
        ${CMAKE_CURRENT_BINARY_DIR}/capstan-config.cmake
        INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/capstan)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/capstan-config-version.cmake
        COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/capstan-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/capstan-config-version.cmake
              ${CMAKE_CURRENT_LIST_DIR}/CapstanProviderLibrary.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindPCRE2.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindRE2.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/capstan)
