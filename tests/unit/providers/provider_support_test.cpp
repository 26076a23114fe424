// The table of providers/README.md says what the handlers say.
#include <capstan/providers/anthropic.hpp>
#include <capstan/providers/openai_compatible.hpp>
#include <capstan/providers/openai_responses.hpp>
#include <capstan/providers/openrouter.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace capstan;

namespace {

using Row = std::array<bool, 4>;

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The rows of the table, by their first cell; "-" is no, all else is yes.
std::map<std::string, Row> table_of_readme() {
    std::ifstream file(CAPSTAN_SOURCE_DIR "/providers/README.md");
    std::map<std::string, Row> rows;
    for (std::string line; std::getline(file, line);) {
        std::istringstream cells(line);
        std::vector<std::string> all;
        for (std::string cell; std::getline(cells, cell, '|');) all.push_back(trimmed(cell));
        if (all.size() != 6 || !all[0].empty()) continue;
        for (std::size_t i = 0; i < 4; ++i) rows[all[1]][i] = all[i + 2] != "-";
    }
    return rows;
}

template <class Handler, class Options>
ProviderSupport support_of() {
    Options options;
    options.api_key = "key";
    return Handler(options).support();
}

}  // namespace

TEST_CASE("the table of what our providers support is what they say of themselves") {
    const std::array<ProviderSupport, 4> all = {
        support_of<OpenRouterHandler, OpenRouterOptions>(),
        support_of<OpenAiCompatibleHandler, OpenAiCompatibleOptions>(),
        support_of<AnthropicHandler, AnthropicOptions>(),
        support_of<OpenAiResponsesHandler, OpenAiResponsesOptions>()};
    const std::map<std::string, bool ProviderSupport::*> members = {
        {"tools", &ProviderSupport::tools},
        {"reasoning", &ProviderSupport::reasoning},
        {"reasoning sent back", &ProviderSupport::reasoning_replay},
        {"images", &ProviderSupport::images},
        {"files", &ProviderSupport::files},
        {"audio", &ProviderSupport::audio},
        {"structured output", &ProviderSupport::structured_output},
        {"prompt cache marks", &ProviderSupport::cache_marks},
        {"cost told", &ProviderSupport::cost},
        {"usage asked for afterwards", &ProviderSupport::usage_lookup},
        {"list of models", &ProviderSupport::model_list}};
    const auto rows = table_of_readme();
    for (const auto& [name, member] : members) {
        INFO(name);
        REQUIRE(rows.contains(name));
        for (std::size_t i = 0; i < all.size(); ++i) {
            INFO(i);
            CHECK(rows.at(name)[i] == all[i].*member);
        }
    }
}
