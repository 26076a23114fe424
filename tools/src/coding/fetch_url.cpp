#include "coding/coding_tool.hpp"
#include "coding/confined_path.hpp"
#include "coding/fetch_address.hpp"
#include "coding/fetched_text.hpp"
#include "coding/file_bytes.hpp"
#include "coding/off_loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace capstan::coding {

struct FetchUrlArgs {
    std::string url;
};
BOOST_DESCRIBE_STRUCT(FetchUrlArgs, (), (url))

inline void describe(Fields<FetchUrlArgs>& fields) {
    fields(&FetchUrlArgs::url).about("http or https").min_length(1).max_length(8000);
}

namespace {

constexpr int most_redirects = 5;
constexpr std::chrono::seconds longest_fetch{60};
constexpr std::chrono::milliseconds longest_drain{100};

/// A page, and where it was found in the end.
struct Page {
    Page() = default;

    std::string url;
    int status = 0;
    std::string content_type;
    std::string body;
    bool cut = false;
};

bool uses_proxy(const HttpClientOptions& options) {
    if (!options.proxy.empty()) return true;
    constexpr std::array<const char*, 4> names = {"http_proxy", "https_proxy", "HTTP_PROXY",
                                                  "HTTPS_PROXY"};
    return options.proxy_from_environment &&
           std::any_of(names.begin(), names.end(), [](const char* name) {
               const char* value = std::getenv(name);
               return value && *value;
           });
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

class FetchUrl final : public CodingTool<FetchUrlArgs> {
public:
    explicit FetchUrl(StatePtr state)
        : CodingTool(
              "fetch_url",
              "Fetches a page from the web and gives its text (of HTML, what a reader sees).",
              fetch_options()),
          state_(std::move(state)) {}

private:
    static ToolOptions fetch_options() {
        auto options = reading_options();
        options.permission = Permission::ask;
        return options;
    }

    std::string fault_of(const FetchUrlArgs& args) const override {
        try {
            resolved_url("", args.url);
            return {};
        } catch (const WorkspaceError& error) {
            return error.what();
        }
    }

    std::string key_of(const FetchUrlArgs& args) const override {
        return "fetch_url:" + host_of(resolved_url("", args.url));
    }
    std::string preview_of(const FetchUrlArgs& args) const override {
        return resolved_url("", args.url);
    }

    asio::awaitable<ToolResult> call(FetchUrlArgs args, ToolContext&) override {
        const auto start = resolved_url("", args.url);
        const auto page = co_await fetch(start);
        auto text = fetched_text(page.content_type, page.body);
        if (page.cut)
            text += fmt::format("\n(cut after {})", size_text(state_->options.max_fetch_bytes));
        if (page.url != start) text = fmt::format("(redirected to {})\n{}", page.url, text);
        if (page.status / 100 != 2) text = fmt::format("(HTTP status {})\n{}", page.status, text);
        ToolResult result(std::move(text));
        result.is_error = page.status / 100 != 2;
        result.details["url"] = page.url;
        result.details["status"] = page.status;
        co_return result;
    }

    asio::awaitable<Page> fetch(std::string url) {
        for (int redirects = 0; redirects <= most_redirects; ++redirects) {
            co_await check_host(url);
            HttpRequest request;
            request.url = url;
            request.headers.add("Accept", "text/html, text/*, application/json, */*;q=0.1");
            request.headers.add("Accept-Encoding", "identity");
            request.timeouts.total = longest_fetch;
            auto response = co_await state_->client->send(std::move(request));
            const auto location = response.headers().get("Location");
            if (!is_redirect(response.status()) || location.empty())
                co_return co_await read_page(response, url);
            url = resolved_url(url, location);
            co_await response.drain(longest_drain);
        }
        throw WorkspaceError(fmt::format("more than {} redirects", most_redirects));
    }

    /// Where a proxy connects for us, the address must be looked at beforehand; otherwise the
    /// client looks at the very address that it connects to.
    asio::awaitable<void> check_host(const std::string& url) {
        if (state_->options.fetch_private_addresses || !uses_proxy(state_->options.http)) co_return;
        const auto host = host_of(url);
        const auto work = [host](const Stopped&) {
            check_public_host(host);
            return true;
        };
        co_await run_off_loop(state_->pool, work);
    }

    asio::awaitable<Page> read_page(HttpResponse& response, std::string url) {
        Page page;
        page.url = std::move(url);
        page.status = response.status();
        page.content_type = response.headers().get("Content-Type");
        const auto encoding = response.headers().get("Content-Encoding");
        if (!encoding.empty() && encoding != "identity")
            throw WorkspaceError(fmt::format("the content is encoded as {}", shown_path(encoding)));
        if (!is_text_type(page.content_type))
            throw WorkspaceError(fmt::format("{} is {}, which is no text", page.url,
                                             shown_path(page.content_type)));
        const auto limit = state_->options.max_fetch_bytes;
        for (;;) {
            const auto bytes = co_await response.read_some();
            if (bytes.empty()) break;
            page.body += bytes.substr(0, limit - page.body.size());
            page.cut = page.body.size() == limit;
            if (page.cut) break;
        }
        co_return page;
    }

    const StatePtr state_;
};

}  // namespace

std::shared_ptr<Tool> make_fetch_url(StatePtr state) {
    return std::make_shared<FetchUrl>(std::move(state));
}

}  // namespace capstan::coding
