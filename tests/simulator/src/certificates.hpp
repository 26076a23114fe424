#pragma once

#include <capstan/testing/simulator.hpp>

#include <string>

namespace capstan::testing {

/// A certificate for a local server with its key, and the authority that signed it. PEM.
struct IssuedCertificate {
    IssuedCertificate() = default;

    std::string ca;
    std::string certificate;
    std::string key;
};

/// Makes a new authority and a certificate signed by it. Throws std::runtime_error.
IssuedCertificate issue_certificate(Certificate kind);

}  // namespace capstan::testing
