#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace capstan::testing {

/// An authority made for one test, whose certificate is in a temporary file.
class TestAuthority {
public:
    TestAuthority();
    ~TestAuthority();
    TestAuthority(const TestAuthority&) = delete;
    TestAuthority& operator=(const TestAuthority&) = delete;

    /// PEM, for HttpClientOptions::ca_file.
    const std::string& ca_file() const noexcept { return ca_file_; }

    /// A server's context with a certificate for `names` ("DNS:example.test,IP:127.0.0.1").
    std::shared_ptr<ssl_ctx_st> server(const std::string& names, bool expired = false) const;

private:
    struct Keys;
    std::unique_ptr<Keys> keys_;
    std::string ca_file_;
};

}  // namespace capstan::testing
