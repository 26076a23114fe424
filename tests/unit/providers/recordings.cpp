#include "recordings.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace recordings {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool has_feature(const capstan::json::object& meta, const char* feature) {
    const auto& features = meta.at("features").as_array();
    return std::find(features.begin(), features.end(), feature) != features.end();
}

std::vector<Exchange> exchanges(const char* feature) {
    std::vector<Exchange> out;
    for (const auto& entry : fs::recursive_directory_iterator(*root())) {
        if (entry.path().filename() != "meta.json") continue;
        Exchange exchange;
        exchange.folder = entry.path().parent_path();
        exchange.meta = capstan::json::parse(read_file(entry.path())).as_object();
        if (!has_feature(exchange.meta, feature)) continue;
        exchange.body = read_file(exchange.folder / "response.body");
        out.push_back(std::move(exchange));
    }
    std::sort(out.begin(), out.end(),
              [](const Exchange& a, const Exchange& b) { return a.folder < b.folder; });
    return out;
}

}  // namespace

bool Exchange::streamed() const { return meta.at("streaming").as_bool(); }

int Exchange::turn() const {
    const auto* turn = meta.if_contains("turn");
    return turn ? turn->to_number<int>() : 1;
}

std::optional<capstan::json::value> Exchange::request() const {
    const fs::path path = folder / "request.json";
    if (!fs::exists(path)) return std::nullopt;
    return capstan::try_parse_json(read_file(path));
}

std::optional<fs::path> root() {
    const char* set = std::getenv("CAPSTAN_RECORDINGS");
    const fs::path beside = fs::path(CAPSTAN_SOURCE_DIR) / ".." / "shared" / "recordings";
    const fs::path path = set ? fs::path(set) : beside;
    return fs::is_directory(path) ? std::optional(path) : std::nullopt;
}

std::vector<Exchange> chat_exchanges() { return exchanges("api:chat"); }

std::vector<Exchange> response_exchanges() { return exchanges("api:responses"); }

}  // namespace recordings
