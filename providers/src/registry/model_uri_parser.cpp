#include "registry/model_uri_parser.hpp"

#include "registry/caret_text.hpp"
#include "registry/model_parameters.hpp"
#include "registry/model_uri_text.hpp"
#include "registry/provider_name.hpp"

#include <capstan/detail/nearest_names.hpp>

#include <boost/url/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace capstan::registry {
namespace {

constexpr auto none = std::string_view::npos;
constexpr std::size_t longest_uri = 4096;
constexpr std::string_view example = "Write it as in openrouter:anthropic/claude-sonnet-4.5";

bool names_server(std::string_view url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->host().empty()) return false;
    // Boost 1.81 takes what is no number behind the ':' for a path, and large ports modulo 65536.
    const std::string_view path = parsed->encoded_path();
    const std::string_view port = parsed->port();
    if (!path.empty() && path.front() != '/') return false;
    return port.size() < 5 || (port.size() == 5 && port <= "65535");
}

/// Reads one URI from left to right. Every part is a view into the whole text, so that an error
/// knows its place.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    ModelUri parse() {
        if (text_.empty()) fail(text_, "the text is empty", std::string(example));
        if (text_.size() > longest_uri) fail(text_.substr(longest_uri), "the text is too long");
        const auto colon = read_provider();
        const auto query = std::min(text_.find('?', colon), text_.size());
        read_place(text_.substr(colon + 1, query - colon - 1));
        if (query < text_.size()) read_parameters(text_.substr(query + 1));
        return uri_;
    }

private:
    [[noreturn]] void fail(std::string_view part, std::string problem,
                           std::string remedy = {}) const {
        const auto position = static_cast<std::size_t>(part.data() - text_.data());
        TextFault fault;
        fault.position = position;
        fault.length = part.size();
        fault.problem = std::move(problem);
        fault.remedy = std::move(remedy);
        throw fault;
    }

    // A part without its secrets, for use in a sentence.
    std::string shown(std::string_view part) const {
        const auto position = static_cast<std::size_t>(part.data() - text_.data());
        return in_quotes(std::string_view(without_secrets(text_)).substr(position, part.size()));
    }

    std::size_t read_provider() {
        const auto end = text_.find_first_of(":/?@");
        if (end == none || text_[end] != ':')
            fail(text_.substr(end == none ? text_.size() : end, 1),
                 "no provider's name and ':' come before the model", std::string(example));
        const auto name = text_.substr(0, end);
        if (name.empty()) fail(text_.substr(0, 1), "the provider's name is missing",
                               std::string(example));
        auto wrong = std::find_if_not(name.begin(), name.end(), is_name_char);
        if (wrong == name.end() && !is_provider_name(name)) wrong = name.begin();
        if (wrong != name.end())
            fail(text_.substr(static_cast<std::size_t>(wrong - name.begin()), 1),
                 "this character cannot stand here in a provider's name",
                 "Use lower-case letters, digits, '-', '_' and '.'");
        uri_.provider = name;
        return end;
    }

    void decode_part(std::string_view part, std::string& out) const {
        const auto wrong = decode(part, out);
        if (wrong) fail(part.substr(wrong->position, wrong->length), wrong->problem);
    }

    void read_place(std::string_view place) {
        const auto at = find_base_url(place);
        const auto model = place.substr(0, at);
        if (model.empty())
            fail(text_.substr(static_cast<std::size_t>(place.data() - text_.data()), 1),
                 "the model is missing");
        decode_part(model, uri_.model);
        for (auto sign = model.find('@'); sign != none; sign = model.find('@', sign + 1))
            if (looks_like_address(model.substr(sign + 1)))
                fail(model.substr(sign + 1), "a base URL needs its http:// or https://",
                     "If this belongs to the model's name, write %40 for the '@'");
        if (at != none) read_base_url(place.substr(at + 1));
    }

    void read_base_url(std::string_view url) {
        std::string decoded;
        const auto authority = url.find("://") + 3;
        const auto authority_end = std::min(url.find('/', authority), url.size());
        if (const auto fragment = url.find('#'); fragment != none)
            fail(url.substr(fragment, 1), "a base URL has no fragment");
        const auto user = url.substr(0, authority_end).rfind('@');
        if (user != none)
            fail(url.substr(authority, user + 1 - authority),
                 "a base URL holds no user or password",
                 "Give keys by the configuration or the environment");
        decode_part(url, decoded);
        if (!names_server(url)) fail(url, "this is no URL of a server");
        uri_.base_url = url;
    }

    void read_parameters(std::string_view query) {
        for (std::size_t begin = 0; begin <= query.size();) {
            const auto end = std::min(query.find('&', begin), query.size());
            read_one(query.substr(begin, end - begin));
            begin = end + 1;
        }
    }

    void read_one(std::string_view parameter) {
        const auto equals = parameter.find('=');
        const auto name = parameter.substr(0, equals);
        if (name.empty()) fail(parameter, "a parameter's name is missing", "Write name=value");
        const auto* rule = find_rule(name);
        if (!rule) fail_unknown(name);
        if (!seen_.insert(rule->name).second)
            fail(name, fmt::format("{} is given twice", rule->name));
        if (equals == none) fail(name, fmt::format("{} has no value", rule->name),
                                 fmt::format("Write {}=value", rule->name));
        read_value(*rule, parameter.substr(equals + 1));
        const bool both = seen_.contains("reasoning_effort") &&
                          seen_.contains("thinking_budget_tokens");
        if (both) fail(name, "reasoning_effort and thinking_budget_tokens exclude each other",
                       "Give one of them");
    }

    void read_value(const ParameterRule& rule, std::string_view encoded) {
        std::string value;
        decode_part(encoded, value);
        if (read_parameter(rule, value, uri_.parameters)) return;
        fail(encoded, fmt::format("{} is {}, not {}", rule.name, rule.expected, shown(encoded)));
    }

    [[noreturn]] void fail_unknown(std::string_view name) const {
        if (names_a_secret(name))
            fail(name, "keys do not belong into a model URI",
                 "Give them by the configuration or the environment");
        std::vector<std::string> names;
        for (const auto& rule : parameter_rules()) names.emplace_back(rule.name);
        const auto likely = detail::likely_name(name, names);
        fail(name, fmt::format("there is no parameter {}", shown(name)),
             likely ? fmt::format("Did you mean \"{}\"?", *likely)
                    : fmt::format("Known are {}", fmt::join(names, ", ")));
    }

    std::string_view text_;
    ModelUri uri_;
    std::set<std::string_view> seen_;
};

}  // namespace

ModelUri parse_model_uri(std::string_view text) { return Parser(text).parse(); }

}  // namespace capstan::registry
