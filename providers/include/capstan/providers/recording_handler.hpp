#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/clock.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

/// Settings of a RecordingHandler.
struct RecordingOptions {
    RecordingOptions() = default;

    /// Texts that must not get into the file, beside what redact() knows by itself. Give
    /// ReplayOptions the same ones.
    std::vector<std::string> secrets;
    bool timing = false;           ///< records how long each chunk took
    bool append = true;            ///< false: an existing file is begun anew
    std::shared_ptr<Clock> clock;  ///< for the timing; empty: the real one
};
static_assert(!std::is_aggregate_v<RecordingOptions>);

/// Writes each call of a handler to a file, a cassette, that a ReplayHandler gives back.
///
/// A cassette is a JSON Lines file: {"capstan_cassette":1,"model":...}, then one line a call:
/// {"request":...,"chunks":[...],"error":...,"delays_ms":[...]}, with the request as
/// canonical_request() gives it. A line is written whole when the call has ended well or with an
/// error, before the consumer sees the end; cancelled calls are not recorded. Several handlers and
/// processes may append to one file. A line that a crash cut off is removed by the next writer and
/// ignored by readers, which want a whole first line. A file that is no cassette is never changed
/// when it is appended to.
///
/// Secrets are removed from all texts, also where an answer came in pieces that cut one in two;
/// such pieces are then joined, and the answer's logprobs, which spell it once more, are left out.
/// HTTP headers never come here, so the key does not either.
///
/// Chunks pass as they are. Writing blocks for a moment: for tests, not for servers. When the file
/// cannot be written, ApiError of kind configuration comes in the place of the end. Thread-safe.
class RecordingHandler final : public ApiHandler {
public:
    /// Throws ApiError of kind configuration for a null handler, or when the file cannot be opened,
    /// or is no cassette.
    RecordingHandler(std::shared_ptr<ApiHandler> handler, std::string path,
                     RecordingOptions options = {});
    ~RecordingHandler() override;

    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override;
    SelectedModel get_model() const override;
    std::optional<ModelInfo> model_info(const std::string& model) const override;
    asio::awaitable<std::optional<Usage>> get_api_stream_usage(std::string generation_id) override;

    class Core;

private:
    std::shared_ptr<Core> core_;
};

/// Settings of a ReplayHandler.
struct ReplayOptions {
    ReplayOptions() = default;

    std::vector<std::string> secrets;  ///< as they were recorded
    /// Answers requests that were not recorded, or not so often. Empty: they fail (strict).
    std::shared_ptr<ApiHandler> otherwise;
    bool repeat_last = false;  ///< the last answer to a request is given again and again
    bool timing = false;       ///< waits as long as was recorded
    std::shared_ptr<Clock> clock;
};
static_assert(!std::is_aggregate_v<ReplayOptions>);

/// Answers from a cassette, without a network. Equal requests get their answers in the order in
/// which they were recorded, errors included.
///
/// The role of a call is not recorded: equal requests in two roles are told apart by their order
/// only. Where such calls run at once, give each role's handler a cassette of its own, inside the
/// RoutedHandler.
///
/// A request that is not there is an error of kind invalid_request that names the nearest recorded
/// one and the first difference as JSON path; `raw` has `line`, `path`, `recorded` and `asked`.
/// Nothing is ever sent then, unless ReplayOptions::otherwise is set. Thread-safe; cancellable.
class ReplayHandler final : public ApiHandler {
public:
    /// Reads the whole file. Throws ApiError of kind configuration, naming the line, when it cannot
    /// be read, is no cassette, or one of a newer version.
    explicit ReplayHandler(const std::string& path, ReplayOptions options = {});
    ~ReplayHandler() override;

    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override;
    /// The recorded handler's, without info.
    SelectedModel get_model() const override;
    std::optional<ModelInfo> model_info(const std::string& model) const override;

    /// Recorded answers that were not asked for yet.
    std::size_t remaining() const;

    class Core;

private:
    std::shared_ptr<Core> core_;
};

}  // namespace capstan
