// All recorded errors: each one gives a readable text and a sensible kind.
#include "errors/error_mapping.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

using namespace capstan;
using namespace capstan::exchange;
namespace fs = std::filesystem;

namespace {

fs::path recordings() {
    if (const char* folder = std::getenv("CAPSTAN_RECORDINGS")) return folder;
    return fs::path(CAPSTAN_SOURCE_DIR) / ".." / "shared" / "recordings";
}

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

/// The errors of one recorded body, streamed or not.
std::vector<ErrorInfo> errors_of(int status, const std::string& body, ErrorContext context) {
    context.http_status = status;
    if (status != 200) return {from_http(context, body, "application/json")};
    std::vector<ErrorInfo> out;
    if (const auto whole = try_parse_json(body))
        if (const auto* object = whole->if_object())
            if (auto info = from_answer(*object, context)) out.push_back(*std::move(info));
    std::istringstream lines(body);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("data:")) continue;
        const auto event = try_parse_json(std::string_view(line).substr(5));
        if (!event || !event->is_object()) continue;
        if (auto info = from_answer(event->get_object(), context)) out.push_back(*std::move(info));
    }
    return out;
}

const std::map<int, std::set<ErrorKind>> sensible = {
    {400, {ErrorKind::invalid_request, ErrorKind::context_overflow}},
    {401, {ErrorKind::authentication}},
    {403, {ErrorKind::permission_denied, ErrorKind::content_policy}},
    {404, {ErrorKind::not_found}},
    {429, {ErrorKind::rate_limited}},
    {500, {ErrorKind::server}},
    {502, {ErrorKind::server}},
    {503, {ErrorKind::overloaded}},
    {504, {ErrorKind::timeout}},
};

}  // namespace

TEST_CASE("every recorded error is readable and has a sensible kind") {
    if (!fs::exists(recordings())) SKIP("no recordings");
    int seen = 0;
    for (const auto& entry : fs::recursive_directory_iterator(recordings())) {
        if (entry.path().filename() != "meta.json") continue;
        const auto meta = parse_json(read(entry.path())).as_object();
        const auto status = static_cast<int>(find_int(meta, "status").value_or(200));
        ErrorContext context;
        context.secrets = {"local-key-0123456789"};
        const auto body = read(entry.path().parent_path() / "response.body");
        for (const auto& info : errors_of(status, body, context)) {
            ++seen;
            const std::string what = ApiError(info).what();
            INFO(entry.path().parent_path().filename() << ' ' << info.http_status << ": " << what);
            CHECK_FALSE(info.server_message.empty());
            CHECK_FALSE(info.remedy.empty());
            REQUIRE(sensible.contains(info.http_status));
            CHECK(sensible.at(info.http_status).contains(info.kind));
            CHECK(info.retryable == (info.http_status == 429 || info.http_status >= 500));
            CHECK(what.find('{') == std::string::npos);
            if (std::getenv("CAPSTAN_SHOW_ERRORS") != nullptr) WARN(what);
        }
    }
    CHECK(seen >= 35);
}
