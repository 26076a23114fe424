#include "oauth/oauth_scope.hpp"
#include "oauth/oauth_url.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace capstan::oauth;

namespace {

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("The canonical form of an URL") {
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"HTTPS://MCP.Example.COM/Mcp", "https://mcp.example.com/Mcp"},
        {"https://mcp.example.com/", "https://mcp.example.com"},
        {"https://mcp.example.com:443/mcp", "https://mcp.example.com/mcp"},
        {"http://mcp.example.com:80", "http://mcp.example.com"},
        {"https://mcp.example.com:8443", "https://mcp.example.com:8443"},
        {"https://user:pass@mcp.example.com/a#part", "https://mcp.example.com/a"},
        {"https://mcp.example.com/a/", "https://mcp.example.com/a/"},
        {"https://mcp.example.com/a?b=c", "https://mcp.example.com/a?b=c"},
        {"http://[::1]:8080/x", "http://[::1]:8080/x"},
    };
    for (const auto& [url, expected] : rows) CHECK(canonical_url(url) == expected);
    for (const char* bad : {"", "mcp.example.com", "ftp://a/b", "https://", "javascript:alert(1)",
                            "file:///etc/passwd", "https:// a", "https://a\n/b"}) {
        INFO(bad);
        CHECK_FALSE(canonical_url(bad));
        CHECK_FALSE(is_safe_url(bad, "http://127.0.0.1"));
        CHECK(resource_metadata_urls(bad).empty());
    }
}

TEST_CASE("The well-known places of metadata, the best first") {
    CHECK(resource_metadata_urls("https://example.com/public/mcp") ==
          Texts{"https://example.com/.well-known/oauth-protected-resource/public/mcp",
                "https://example.com/.well-known/oauth-protected-resource"});
    CHECK(resource_metadata_urls("https://example.com:1234/") ==
          Texts{"https://example.com:1234/.well-known/oauth-protected-resource"});
    CHECK(server_metadata_urls("https://auth.example.com/tenant1") ==
          Texts{"https://auth.example.com/.well-known/oauth-authorization-server/tenant1",
                "https://auth.example.com/.well-known/openid-configuration/tenant1",
                "https://auth.example.com/tenant1/.well-known/openid-configuration"});
    CHECK(server_metadata_urls("https://auth.example.com") ==
          Texts{"https://auth.example.com/.well-known/oauth-authorization-server",
                "https://auth.example.com/.well-known/openid-configuration"});
}

TEST_CASE("Secrets go over https, or stay on this machine") {
    const std::string web = "https://mcp.example.com/mcp", local = "http://localhost:8080/mcp";
    CHECK(is_safe_url("https://auth.example.com/token", web));
    CHECK(is_safe_url("https://auth.example.com/token", local));
    CHECK_FALSE(is_safe_url("http://auth.example.com/token", web));
    CHECK_FALSE(is_safe_url("http://auth.example.com/token", local));
    // A server far away has no business with the services of this machine.
    for (const char* here : {"http://localhost:1", "http://127.0.0.1:1", "http://127.3.2.1/x",
                             "http://[::1]:1/x", "http://a.localhost/x"}) {
        CHECK(is_safe_url(here, local));
        CHECK_FALSE(is_safe_url(here, web));
    }
    for (const char* trick : {"http://localhost.example.com", "http://127.0.0.1.example.com",
                              "http://localhost@example.com", "http://0.0.0.0"}) {
        INFO(trick);
        CHECK_FALSE(is_safe_url(trick, local));
    }
}

TEST_CASE("Metadata count for the server that they are of") {
    const std::string server = "https://example.com/a/mcp";
    for (const char* good : {"https://example.com/a/mcp", "https://example.com/a/mcp/",
                             "https://EXAMPLE.com:443/a", "https://example.com"}) {
        CHECK(covers_server(good, server));
    }
    for (const char* bad : {"https://evil.example.com/a/mcp", "http://example.com/a/mcp",
                            "https://example.com/a/mc", "https://example.com/a/mcp/more",
                            "https://example.com:444/a/mcp", "no url"}) {
        INFO(bad);
        CHECK_FALSE(covers_server(bad, server));
    }
}

TEST_CASE("An URL that may be a client id") {
    CHECK(is_client_metadata_url("https://app.example.com/client.json"));
    for (const char* bad : {"http://app.example.com/client.json", "https://app.example.com",
                            "https://app.example.com/", "https://a.example/c#d",
                            "https://u@a.example/c", ""}) {
        CHECK_FALSE(is_client_metadata_url(bad));
    }
}

TEST_CASE("What a form carries comes out again") {
    const Form form = {{"a", "b c"}, {"d&e", "=%+/\xc3\xa4"}, {"empty", ""}};
    CHECK(form_text(form) == "a=b%20c&d%26e=%3D%25%2B%2F%C3%A4&empty=");
    CHECK(query_of("https://x/y?" + form_text(form)) == form);
    CHECK(query_of("http://127.0.0.1/c?code=a+b&x")->at(0).second == "a b");
    CHECK_FALSE(query_of("code=1"));
    CHECK(form_value(form, "d&e") == "=%+/\xc3\xa4");
    CHECK(form_value(form, "none").empty());
    for (int c = 0; c < 256; ++c) {
        const Form one = {{"k", std::string(1, static_cast<char>(c))}};
        CHECK(query_of("https://x/?" + form_text(one)) == one);
    }
}

TEST_CASE("A query is added to what there is") {
    const Form form = {{"k", "v"}};
    CHECK(with_query("https://x/y", form) == "https://x/y?k=v");
    CHECK(with_query("https://x/y?a=b", form) == "https://x/y?a=b&k=v");
    CHECK(with_query("https://x/y?", form) == "https://x/y?k=v");
    CHECK(with_query("https://x/y?a&", form) == "https://x/y?a&k=v");
    CHECK(with_query("https://x/y#f", form) == "https://x/y?k=v");
}

TEST_CASE("Scopes are sets of words") {
    CHECK(scope_words("  a\tb  a ") == Texts{"a", "b", "a"});
    CHECK(scope_words("").empty());
    CHECK(join_scopes({"b", "a", "", "b"}) == "b a");
    CHECK(merge_scopes("a b", "b c") == "a b c");
    CHECK(merge_scopes("", "") == "");
    CHECK(has_scopes("a b c", "c a"));
    CHECK(has_scopes("", ""));
    CHECK_FALSE(has_scopes("ab", "a"));
}
