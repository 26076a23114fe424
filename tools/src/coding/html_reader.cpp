#include "coding/html_reader.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace capstan::coding {
namespace {

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }

std::string lower(std::string_view text) {
    std::string result(text);
    for (auto& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 8> hidden_elements = {
    "script", "style", "noscript", "template", "svg", "iframe", "head", "select"};
constexpr std::array<std::string_view, 22> block_elements = {
    "p",      "div", "section", "article", "header", "footer", "main", "nav",
    "aside",  "ul",  "ol",      "dl",      "table",  "form",   "pre",  "blockquote",
    "figure", "hr",  "dt",      "dd",      "h1",     "title"};

/// One tag: its name, and the value of its href.
struct Tag {
    explicit Tag(std::string_view text) {
        closing = text.starts_with('/');
        if (closing) text.remove_prefix(1);
        const auto end = std::find_if(text.begin(), text.end(), [](char c) {
            return is_blank(c) || c == '/' || c == '>';
        });
        name = lower({text.begin(), end});
        if (name == "a") href = value_of(text, "href=");
    }

    static std::string value_of(std::string_view tag, std::string_view attribute) {
        const auto at = lower(tag).find(attribute);
        if (at == tag.npos) return {};
        tag.remove_prefix(at + attribute.size());
        if (tag.empty()) return {};
        const char quote = tag.front();
        if (quote != '"' && quote != '\'') return std::string(tag.substr(0, tag.find(' ')));
        tag.remove_prefix(1);
        return decoded_entities(tag.substr(0, tag.find(quote)));
    }

    bool closing = false;
    std::string name;
    std::string href;
};

class HtmlReader {
public:
    std::string read(std::string_view html) {
        while (!html.empty()) {
            const auto start = html.find('<');
            text(html.substr(0, start));
            if (start == html.npos) break;
            html.remove_prefix(start);
            markup(html);
        }
        const auto end = out_.find_last_not_of(" \n");
        out_.erase(end == out_.npos ? 0 : end + 1);
        return std::move(out_);
    }

private:
    void text(std::string_view raw) {
        for (const char c : decoded_entities(raw)) {
            if (preformatted_ > 0) out_ += c;
            else if (!is_blank(c)) out_ += c;
            else if (!out_.empty() && out_.back() != ' ' && out_.back() != '\n') out_ += ' ';
        }
    }

    /// Takes one tag, comment or declaration from the start of `html`, or a '<' that is none.
    void markup(std::string_view& html) {
        const auto skip = [&](std::string_view end) {
            const auto at = html.find(end);
            html.remove_prefix(at == html.npos ? html.size() : at + end.size());
        };
        if (html.starts_with("<!--")) return skip("-->");
        const char next = html.size() > 1 ? html[1] : ' ';
        if (next == '!' || next == '?') return skip(">");
        if (next != '/' && !(next >= 'a' && next <= 'z') && !(next >= 'A' && next <= 'Z')) {
            out_ += '<';
            return html.remove_prefix(1);
        }
        const auto end = std::min(html.find('>'), html.size() - 1);
        const Tag tag(html.substr(1, end - 1));
        html.remove_prefix(end + 1);
        if (!tag.closing && is_one_of(tag.name, hidden_elements)) return hide(html, tag.name);
        apply(tag);
    }

    /// Passes over an element that is not shown; of <head> the title is.
    void hide(std::string_view& html, const std::string& name) {
        const auto end = find_closing(html, name);
        if (name == "head") {
            const auto head = html.substr(0, end);
            const auto title = lower(head).find("<title");
            const auto start = title == head.npos ? head.npos : head.find('>', title);
            if (start != head.npos) {
                text(head.substr(start + 1, head.find('<', start) - start - 1));
                new_lines(2);
            }
        }
        html.remove_prefix(end);
    }

    static std::size_t find_closing(std::string_view html, const std::string& name) {
        for (auto at = html.find("</"); at != html.npos; at = html.find("</", at + 2))
            if (lower(html.substr(at + 2, name.size())) == name) return at;
        return html.size();
    }

    void apply(const Tag& tag) {
        if (tag.name == "br") return new_lines(1);
        if (tag.name == "li" || tag.name == "tr") return line_start(tag);
        if (tag.name == "td" || tag.name == "th") return text(" ");
        if (tag.name == "a") return link(tag);
        if (tag.name.size() == 2 && tag.name[0] == 'h' && tag.name[1] >= '1' && tag.name[1] <= '6')
            return heading(tag);
        if (is_one_of(tag.name, block_elements)) new_lines(2);
        if (tag.name == "pre") preformatted_ = std::max(0, preformatted_ + (tag.closing ? -1 : 1));
    }

    void line_start(const Tag& tag) {
        if (tag.closing) return;
        new_lines(1);
        if (tag.name == "li") out_ += "- ";
    }

    void heading(const Tag& tag) {
        new_lines(2);
        if (!tag.closing)
            out_ += std::string(static_cast<std::size_t>(tag.name[1] - '0'), '#') + ' ';
    }

    void link(const Tag& tag) {
        if (!tag.closing) {
            links_.push_back(tag.href);
        } else if (!links_.empty()) {
            const auto& target = links_.back();
            if (target.starts_with("http://") || target.starts_with("https://"))
                out_ += " (" + target + ")";
            links_.pop_back();
        }
    }

    /// The output ends in at least that many line feeds, unless it is empty.
    void new_lines(std::size_t count) {
        while (out_.ends_with(' ')) out_.pop_back();
        if (out_.empty()) return;
        std::size_t have = 0;
        while (have < count && out_[out_.size() - 1 - have] == '\n' && have + 1 < out_.size())
            ++have;
        out_.append(count - have, '\n');
    }

    std::string out_;
    int preformatted_ = 0;
    std::vector<std::string> links_;
};

}  // namespace

std::string readable_html(std::string_view html) { return HtmlReader().read(html); }

}  // namespace capstan::coding
