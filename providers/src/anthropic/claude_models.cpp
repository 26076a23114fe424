#include "anthropic/claude_models.hpp"

#include "chat/model_slug.hpp"

#include <algorithm>
#include <vector>

namespace capstan::anthropic {
namespace {

bool has(std::string_view text, std::string_view word) noexcept {
    return text.find(word) != std::string_view::npos;
}

std::string_view without_vendor(std::string_view slug) noexcept {
    const auto slash = slug.rfind('/');
    return slash == std::string_view::npos ? slug : slug.substr(slash + 1);
}

bool is_claude_name(std::string_view slug) noexcept {
    return without_vendor(slug).starts_with("claude-");
}

bool is_number(std::string_view word) noexcept {
    return !word.empty() && std::all_of(word.begin(), word.end(),
                                        [](char c) { return c >= '0' && c <= '9'; });
}

// The words of a name but dates and "latest"; "." and "-" both part them.
std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> words;
    while (!name.empty()) {
        const auto end = std::min(name.find_first_of("-."), name.size());
        const std::string_view word = name.substr(0, end);
        const bool date = is_number(word) && word.size() > 2;
        if (!word.empty() && !date && word != "latest") words.emplace_back(word);
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return words;
}

bool is_mythical(std::string_view slug) noexcept {
    return has(slug, "fable") || has(slug, "mythos");
}

struct Limits {
    int from_version;
    std::string_view family;  // empty: any
    std::int64_t context;
    std::int64_t output;
};

// The first row that fits.
constexpr Limits limits[] = {
    {500, "", 1'000'000, 128'000},      {406, "opus", 1'000'000, 128'000},
    {406, "", 1'000'000, 64'000},       {405, "", 200'000, 64'000},
    {400, "opus", 200'000, 32'000},     {400, "", 200'000, 64'000},
    {307, "", 200'000, 64'000},         {305, "", 200'000, 8'192},
    {300, "", 200'000, 4'096},
};

const Limits* limits_of(int version, std::string_view slug) noexcept {
    const auto* found = std::find_if(std::begin(limits), std::end(limits), [&](const Limits& row) {
        return version >= row.from_version && has(slug, row.family);
    });
    return found == std::end(limits) ? nullptr : found;
}

bool supports(const json::object& capabilities, std::string_view name) {
    const json::object* one = find_object(capabilities, name);
    return one && find_bool(*one, "supported").value_or(false);
}

void read_thinking(ClaudeTraits& traits, std::string_view slug, int version) {
    if (version < 307) traits.thinking = ThinkingForm::none;
    else if (version < 406) traits.thinking = ThinkingForm::budget;
    else if (version == 406) traits.thinking = ThinkingForm::either;
    const bool mythical = is_mythical(slug);
    const bool opus = has(slug, "opus") && version >= 505;
    const bool sonnet = has(slug, "sonnet") && version >= 505;
    traits.always_thinks = mythical || opus;
    if (sonnet) traits.off = "between_tools";
    traits.caps_effort_when_off = version >= 500;
    traits.takes_forced_tool = !(opus || sonnet || (mythical && version >= 501));
    // The documents allow it to every adaptive model; Claude 4.6 and 4.7 refuse it in practice.
    traits.thinks_before_forced_tool = mythical || version >= 408;
}

ReasoningSupport reasoning_of(const json::object& capabilities) {
    ReasoningSupport support;
    const json::object* thinking = find_object(capabilities, "thinking");
    const json::object* types = thinking ? find_object(*thinking, "types") : nullptr;
    support.supports_max_tokens = types && supports(*types, "enabled");
    const json::object* effort = find_object(capabilities, "effort");
    if (!effort || !supports(capabilities, "effort")) return support;
    support.supported_efforts.emplace();
    for (const char* word : {"max", "xhigh", "high", "medium", "low"})
        if (supports(*effort, word)) support.supported_efforts->emplace_back(word);
    return support;
}

void read_capabilities(ModelInfo& info, const json::object& capabilities) {
    info.input_modalities.emplace_back("text");
    if (supports(capabilities, "image_input")) info.input_modalities.emplace_back("image");
    if (supports(capabilities, "pdf_input")) info.input_modalities.emplace_back("file");
    info.output_modalities.emplace_back("text");
    if (supports(capabilities, "thinking")) info.reasoning = reasoning_of(capabilities);
    if (supports(capabilities, "structured_outputs"))
        info.supported_parameters.emplace_back("structured_outputs");
}

}  // namespace

std::string vendor_slug(std::string_view model) {
    std::string slug = base_slug(model);
    const bool bare = slug.find('/') == std::string::npos;
    return bare && is_claude_name(slug) ? "anthropic/" + slug : slug;
}

std::string same_model_key(std::string_view model) {
    const std::string slug = base_slug(model);
    const std::string alias = is_latest_alias(model) ? "~" : "";
    if (!is_claude_name(slug)) return alias + slug;
    // Old names have the version in front, new ones behind: "3-7-sonnet", "sonnet-4-5".
    std::string name;
    std::string version;
    for (const auto& word : words_of(without_vendor(slug))) {
        auto& part = is_number(word) ? version : name;
        part += (part.empty() ? "" : "-") + word;
    }
    const bool both = !name.empty() && !version.empty();
    return alias + "anthropic/" + name + (both ? "-" : "") + version;
}

ClaudeTraits claude_traits(std::string_view model) {
    const std::string slug = base_slug(model);
    ClaudeTraits traits;
    traits.is_claude = is_claude_name(slug) || slug.find('/') == std::string::npos;
    if (!is_claude_name(slug)) {
        traits.thinking = ThinkingForm::either;
        return traits;
    }
    // A name without a version is newer than those that we know.
    const int version = model_version(without_vendor(slug)).value_or(999);
    const bool mythical = is_mythical(slug);
    read_thinking(traits, slug, version);
    traits.hides_thoughts = mythical || version >= 407;
    traits.takes_sampling = version < 407 && !mythical;
    traits.one_sampling_only = version >= 401;
    traits.takes_xhigh = version >= 407;
    traits.interleaves_by_beta = version >= 400 && version < 406;
    return traits;
}

bool knows_schemas(std::string_view model) {
    const std::string slug = vendor_slug(model);
    return vendor_of(slug) != "anthropic" || model_version(slug).value_or(999) >= 401;
}

std::optional<ModelInfo> known_claude(std::string_view model) {
    const std::string slug = base_slug(model);
    if (!is_claude_name(slug)) return std::nullopt;
    const auto version = model_version(without_vendor(slug));
    const Limits* row = version ? limits_of(*version, slug) : nullptr;
    if (!row) return std::nullopt;
    ModelInfo info;
    info.id = std::string(model);
    info.context_length = row->context;
    info.max_completion_tokens = row->output;
    info.input_modalities = {"text", "image", "file"};
    info.output_modalities = {"text"};
    if (knows_schemas(slug)) info.supported_parameters = {"structured_outputs"};
    return info;
}

ModelInfo claude_info_from_json(const json::object& entry) {
    ModelInfo info;
    info.id = std::string(find_string(entry, "id").value_or(""));
    info.name = std::string(find_string(entry, "display_name").value_or(""));
    info.context_length = find_int(entry, "max_input_tokens");
    info.max_completion_tokens = find_int(entry, "max_tokens");
    if (const json::object* capabilities = find_object(entry, "capabilities"))
        read_capabilities(info, *capabilities);
    info.raw = entry;
    return info;
}

}  // namespace capstan::anthropic
