#include "net/http_proxy.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <map>

using namespace capstan;
using http::ProxyRules;
using http::split_url;

namespace {

using Variables = std::map<std::string, std::string>;

std::string chosen(const Variables& variables, const char* url) {
    const auto rules = ProxyRules::from_environment([&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
    });
    const auto proxy = rules.select(split_url(url));
    return proxy ? proxy->host_and_port() : "";
}

struct Row {
    Variables variables;
    const char* url;
    const char* proxy;
};

struct Exemption {
    const char* entry;
    const char* url;
    bool matches;
};

}  // namespace

TEST_CASE("the proxy that the environment chooses") {
    const Variables all{{"ALL_PROXY", "all.test:1"}};
    const auto row = GENERATE_COPY(
        Row{{}, "https://a.test", ""},
        Row{{{"HTTPS_PROXY", "http://p.test:3128"}}, "https://a.test", "p.test:3128"},
        Row{{{"HTTPS_PROXY", "http://p.test:3128"}}, "http://a.test", ""},
        Row{{{"HTTP_PROXY", "p.test:3128"}}, "http://a.test", "p.test:3128"},
        Row{{{"HTTP_PROXY", "p.test"}}, "http://a.test", "p.test:80"},
        Row{{{"http_proxy", "s.test:1"}, {"HTTP_PROXY", "b.test:2"}}, "http://a.test", "s.test:1"},
        Row{{{"HTTP_PROXY", "p.test:1"}, {"REQUEST_METHOD", "GET"}}, "http://a.test", ""},
        Row{{{"http_proxy", "p.test:1"}, {"REQUEST_METHOD", "GET"}}, "http://a.test", "p.test:1"},
        Row{all, "http://a.test", "all.test:1"}, Row{all, "https://a.test", "all.test:1"},
        Row{{{"all_proxy", "x.test:1"}, {"https_proxy", "y.test:2"}}, "https://a.test", "y.test:2"},
        Row{{{"all_proxy", "x.test:1"}, {"no_proxy", "b.test, a.test"}}, "https://a.test", ""},
        Row{{{"all_proxy", "x.test:1"}, {"NO_PROXY", "*"}}, "https://a.test", ""},
        Row{{{"all_proxy", "x.test:1"}}, "http://localhost", "x.test:1"},
        Row{{{"all_proxy", "http://[::1]:8"}}, "http://a.test", "[::1]:8"});
    CHECK(chosen(row.variables, row.url) == row.proxy);
}

TEST_CASE("whom NO_PROXY exempts") {
    const auto row = GENERATE(
        Exemption{"a.test", "http://a.test", true}, Exemption{"A.Test", "http://a.test", true},
        Exemption{"a.test", "http://b.a.test", true}, Exemption{".a.test", "http://b.a.test", true},
        Exemption{".a.test", "http://a.test", true}, Exemption{"*.a.test", "http://b.a.test", true},
        Exemption{"a.test", "http://ba.test", false}, Exemption{"b.a.test", "http://a.test", false},
        Exemption{"a.test:80", "http://a.test", true},
        Exemption{"a.test:81", "http://a.test", false},
        Exemption{"a.test:443", "https://a.test", true}, Exemption{"", "http://a.test", false},
        Exemption{".", "http://a.test", false}, Exemption{"*", "http://a.test", true},
        Exemption{"127.0.0.1", "http://127.0.0.1", true},
        Exemption{"127.0.0.1:8080", "http://127.0.0.1:8080", true},
        Exemption{"10.0.0.0/8", "http://10.1.2.3", true},
        Exemption{"10.0.0.0/8", "http://11.1.2.3", false},
        Exemption{"10.0.0.0/8", "http://a.test", false},
        Exemption{"::1", "http://[::1]", true}, Exemption{"[::1]", "http://[::1]", true},
        Exemption{"[::1]:80", "http://[::1]", true}, Exemption{"[::1]:81", "http://[::1]", false},
        Exemption{"0:0::1", "http://[::1]", true}, Exemption{"::2", "http://[::1]", false});
    CAPTURE(row.entry, row.url);
    CHECK(http::matches_no_proxy(row.entry, split_url(row.url)) == row.matches);
}

TEST_CASE("a fixed proxy takes everything and brings its authorization") {
    const auto rules = ProxyRules::fixed("http://user:p%40ss@p.test:3128/");
    const auto proxy = rules.select(split_url("https://a.test"));
    REQUIRE(proxy);
    CHECK(proxy->host_and_port() == "p.test:3128");
    CHECK(proxy->authorization == "Basic dXNlcjpwQHNz");
    CHECK(proxy->fault.empty());
}

TEST_CASE("a proxy setting that cannot be used says why, without its password") {
    const auto text = GENERATE(as<std::string>(), "socks5://u:secret@p.test:1",
                               "https://u:secret@p.test:1", "http://u:secret@p.test:x");
    const auto proxy = ProxyRules::fixed(text).select(split_url("http://a.test"));
    REQUIRE(proxy);
    CHECK_FALSE(proxy->fault.empty());
    CHECK(proxy->fault.find("secret") == std::string::npos);
}
