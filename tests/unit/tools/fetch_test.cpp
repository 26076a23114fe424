#include "coding/fetch_address.hpp"
#include "coding/fetched_text.hpp"
#include "coding/html_reader.hpp"

#include <capstan/tools/workspace.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <random>
#include <string>

using namespace capstan::coding;

TEST_CASE("addresses: only those of the public internet are public") {
    for (const auto* address :
         {"1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.0", "100.63.0.1", "192.167.1.1",
          "223.255.255.255", "2606:4700::1111", "::ffff:8.8.8.8", "2002:808:808::1",
          "64:ff9b::8.8.8.8"}) {
        CAPTURE(address);
        CHECK(is_public_address(address));
    }
    for (const auto* address :
         {"127.0.0.1", "127.255.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255",
          "192.168.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
          "240.0.0.1", "198.18.0.1", "192.0.0.8", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
          "fd12::1", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1",
          "2002:7f00:1::", "64:ff9b::127.0.0.1", "2001::1", "2001:db8::1", "", "x", "localhost"}) {
        CAPTURE(address);
        CHECK_FALSE(is_public_address(address));
    }
    for (const auto* host : {"localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "::1"}) {
        CAPTURE(host);
        CHECK_THROWS_AS(check_public_host(host), capstan::WorkspaceError);
    }
}

TEST_CASE("URLs: resolved as a browser does, and only http and https") {
    CHECK(resolved_url("", "http://a.example/x?y#z") == "http://a.example/x?y");
    CHECK(resolved_url("http://a.example/b/c", "d") == "http://a.example/b/d");
    CHECK(resolved_url("http://a.example/b/c", "/d") == "http://a.example/d");
    CHECK(resolved_url("https://a.example/b", "//other.example/") == "https://other.example/");
    CHECK(resolved_url("https://a.example/b", "http://o.example") == "http://o.example");
    for (const auto* url : {"", "x", "/x", "file:///etc/passwd", "ftp://a/", "javascript:1",
                            "http://", "http:///x", "http://u:p@a.example/", "http://a b/",
                            "gopher://a/", "http://a.example/\n"}) {
        CAPTURE(url);
        CHECK_THROWS_AS(resolved_url("", url), capstan::WorkspaceError);
    }
    CHECK_THROWS_AS(resolved_url("http://a.example/", "file:///etc/passwd"),
                    capstan::WorkspaceError);
    CHECK(host_of("http://[::1]:80/x") == "::1");
    CHECK(host_of("http://A.Example:8080/") == "a.example");
}

TEST_CASE("HTML: what a reader sees") {
    CHECK(
        readable_html("<!doctype html><html><head><title>T &amp; x</title><style>b{}</style>"
                      "</head><body><h2>Head</h2><p>One <b>bold</b>\n  word.</p>"
                      "<ul><li>a<li>b</li></ul><script>if (a<b) x();</script>"
                      "<pre>x\n  y</pre><p>1 < 2 &#8211; &#x41;&nbsp;&bogus;</p></body></html>") ==
        "T & x\n\n## Head\n\nOne bold word.\n\n- a\n- b\n\nx\n  y\n\n1 < 2 \xe2\x80\x93 A &bogus;");
    CHECK(readable_html("<a href=\"https://x.example/?a=1&amp;b=2\">link</a> <a href='/y'>z</a>") ==
          "link (https://x.example/?a=1&b=2) z");
    CHECK(readable_html("a<br>b<br/>c<table><tr><td>1</td><td>2</td></tr><tr><td>3</table>") ==
          "a\nb\nc\n\n1 2\n3");
    CHECK(readable_html("").empty());
    CHECK(decoded_entities("&#0;&#xd800;&#x110000;&#;&;&amp;amp;") ==
          "&#0;&#xd800;&#x110000;&#;&;&amp;");
}

TEST_CASE("HTML: any bytes are read, in time that grows with their number only") {
    std::mt19937 random(9);
    const std::string alphabet = "<>/!-&;ab \n\"'=hre#";
    for (int i = 0; i < 2000; ++i) {
        std::string html;
        for (int k = 0; k < 60; ++k) html += alphabet[random() % alphabet.size()];
        readable_html(html);
    }
    const auto start = std::chrono::steady_clock::now();
    for (const auto* piece : {"<", "<a", "<!--", "<script>", "</", "&", "<pre>",
                              "<a href=", "<head>", "<li>", "<p>", "</a"}) {
        std::string html;
        while (html.size() < 300'000) html += piece;
        readable_html(html);
    }
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("fetched text: by its type") {
    CHECK(fetched_text("text/plain", "<b>x</b>") == "<b>x</b>");
    CHECK(fetched_text("text/html; charset=utf-8", "<b>x</b>") == "x");
    CHECK(fetched_text("", "<!DOCTYPE HTML><b>x</b>") == "x");
    CHECK(fetched_text("text/plain; charset=ISO-8859-1", "\xe4") == "\xc3\xa4");
    CHECK_THROWS_AS(fetched_text("text/plain", std::string("a\0b", 3)), capstan::WorkspaceError);
    CHECK(is_text_type("application/vnd.api+json"));
    CHECK(is_text_type("Text/HTML ; charset=x"));
    CHECK_FALSE(is_text_type("image/png"));
    CHECK_FALSE(is_text_type("application/octet-stream"));
}
