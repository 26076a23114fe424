#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace capstan::testing {

/// One answer of chat completions, delta by delta, as the events of the Responses API.
class ResponsesOutput {
public:
    /// One chat.completion.chunk, or a whole chat.completion.
    void add_chunk(const boost::json::object& chunk);

    /// The end of the answer: closes what is open, then response.completed or .incomplete.
    void complete();

    /// True once a finish reason has come.
    bool finished() const noexcept { return !finish_reason_.empty(); }
    bool over() const noexcept { return over_; }

    /// The events since the last call, as bytes of the stream.
    std::string take_events();

    /// The whole response as it is by now.
    boost::json::object response(std::string_view status) const;

private:
    enum class Kind { none, reasoning, message };

    void begin(const boost::json::object& chunk);
    void add_choice(const boost::json::object& choice);
    void add_delta(const boost::json::object& delta);
    void add_details(const boost::json::array& details);
    void add_detail(const boost::json::object& detail, const std::string& id);
    void add_thought(std::string_view text, bool summary, std::int64_t part);
    void add_text(std::string_view text);
    void add_refusal(std::string_view text);
    void add_annotation(const boost::json::value& annotation);
    void add_tool_call(const boost::json::object& call);
    void fail(const boost::json::object& error);

    void open(Kind kind, const std::string& id);
    void close();
    void close_calls();
    boost::json::object& item(std::size_t index) { return output_[index].get_object(); }
    std::size_t add_item(boost::json::object item);
    void item_done(std::size_t index);
    boost::json::object reference(std::size_t index) const;
    void emit(std::string_view type, boost::json::object event);
    std::string new_id(std::string_view prefix);

    boost::json::array output_;
    std::string events_;
    std::int64_t sequence_ = 0;
    std::int64_t ids_ = 0;
    bool begun_ = false;
    bool over_ = false;

    Kind open_kind_ = Kind::none;
    std::size_t open_ = 0;                         // index of the open item
    std::optional<std::int64_t> part_;             // detail index of its last part
    std::map<std::int64_t, std::size_t> calls_;    // chat index -> item of a call not yet done

    std::string id_;
    std::string model_;
    std::string finish_reason_;
    std::string native_finish_reason_;
    boost::json::value created_;
    boost::json::value usage_;
    boost::json::value error_;
    std::string error_type_;
};

}  // namespace capstan::testing
