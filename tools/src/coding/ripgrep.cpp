#include "coding/ripgrep.hpp"

#include "coding/command_environment.hpp"
#include "coding/file_descriptor.hpp"
#include "coding/process.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace capstan::coding {
namespace {

std::string from_base64(std::string_view digits) {
    std::string bytes(digits.size() / 4 * 3, '\0');
    const auto* input = reinterpret_cast<const unsigned char*>(digits.data());
    const auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), input,
                                      static_cast<int>(digits.size()));
    const auto padding = std::count(digits.begin(), digits.end(), '=');
    bytes.resize(size < padding ? 0 : static_cast<std::size_t>(size - padding));
    return bytes;
}

/// A text, or the bytes of what is no UTF-8.
std::string text_in(const json::object& data, std::string_view name) {
    const auto* holder = find_object(data, name);
    if (!holder) return {};
    if (const auto text = find_string(*holder, "text")) return std::string(*text);
    return from_base64(find_string(*holder, "bytes").value_or(""));
}

/// Leaves the first `count` matches, and the context of the last one.
void keep_matches(FoundFile& file, std::size_t count, std::size_t context) {
    std::size_t last = 0;
    for (const auto& line : file.lines)
        if (line.match && count > 0 && count-- == 1) last = line.number;
    std::erase_if(file.lines, [&](FoundLine& line) {
        if (line.number > last) line.match = false;
        return line.number > last + context;
    });
}

}  // namespace

RipgrepOutput::RipgrepOutput(const SearchQuery& query)
    : query_(query), filter_(query.path, query.glob) {}

bool RipgrepOutput::add(std::string_view bytes) {
    buffer_ += bytes;
    std::size_t done = 0;
    for (auto feed = buffer_.find('\n'); feed != buffer_.npos && !result_.cut;
         feed = buffer_.find('\n', done)) {
        event(std::string_view(buffer_).substr(done, feed - done));
        done = feed + 1;
    }
    buffer_.erase(0, done);
    return !result_.cut;
}

void RipgrepOutput::event(std::string_view text) {
    const auto value = try_parse_json(text);
    const auto* object = value ? value->if_object() : nullptr;
    const auto* data = object ? find_object(*object, "data") : nullptr;
    const auto type = object ? find_string(*object, "type").value_or("") : "";
    if (!data) return;
    if (type == "begin") {
        file_ = FoundFile();
        matches_ = 0;
        file_.path = text_in(*data, "path");
        if (file_.path.starts_with("./")) file_.path.erase(0, 2);
    } else if (type == "match" || type == "context") {
        line(*data, type == "match");
    } else if (type == "end") {
        end_file(*data);
    } else if (type == "summary") {
        complete_ = true;
    }
}

void RipgrepOutput::line(const json::object& data, bool match) {
    FoundLine found;
    found.number = static_cast<std::size_t>(find_int(data, "line_number").value_or(0));
    found.text = shown_line(text_in(data, "lines"));
    found.match = match;
    matches_ += match ? 1 : 0;
    file_.lines.push_back(std::move(found));
}

/// A file counts when it has ended: only then it is known to be no binary one.
void RipgrepOutput::end_file(const json::object& data) {
    const auto* binary = find(data, "binary_offset");
    if ((binary && !binary->is_null()) || matches_ == 0 || !filter_.accepts(file_.path)) return;
    const auto room = query_.most_matches - result_.matches;
    if (matches_ > room) keep_matches(file_, room, query_.context);
    result_.matches += std::min(matches_, room);
    result_.files.push_back(std::move(file_));
    result_.cut = result_.matches >= query_.most_matches;
}

SearchResult RipgrepOutput::take() { return std::move(result_); }

std::vector<std::string> ripgrep_arguments(const std::string& program, const SearchQuery& query) {
    std::vector<std::string> arguments = {
        program, "--json", "--no-config", "--no-messages", "--hidden", "--no-require-git",
        "--no-ignore-dot", "--no-ignore-exclude", "--no-ignore-global", "--no-ignore-parent",
        "--no-ignore-messages", "--encoding=none", "--crlf", "--sort=path", "--glob=!.git",
        fmt::format("--max-filesize={}", query.most_file_bytes),
        fmt::format("--context={}", query.context),
        query.ignore_case ? "--ignore-case" : "--case-sensitive"};
    arguments.push_back("--regexp=" + query.pattern);
    arguments.insert(arguments.end(), {"--", "./"});
    return arguments;
}

asio::awaitable<std::optional<SearchResult>> search_by_ripgrep(std::string program,
                                                               const Workspace& workspace,
                                                               SearchQuery query) {
    RipgrepOutput output(query);
    const FileDescriptor root(workspace.open_folder("."));
    ProcessSpec spec;
    spec.arguments = ripgrep_arguments(program, query);
    spec.environment = visible_environment(environ, {});
    spec.folder = root.get();
    spec.on_output = [&output](std::string_view bytes) { return output.add(bytes); };
    ProcessEnd end;
    try {
        end = co_await run_process(std::move(spec));
    } catch (const std::system_error& error) {
        if (error.code() == boost::system::error_code(asio::error::operation_aborted)) throw;
        co_return std::nullopt;  // it cannot be started
    }
    const bool complete = output.complete() && end.signal == 0 && end.exit_status <= 1;
    auto result = output.take();
    if (!complete && !result.cut) co_return std::nullopt;
    co_return std::optional<SearchResult>(std::move(result));
}

}  // namespace capstan::coding
