#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace capstan::testing {

/// "end_turn" for "stop", and so on; words that are Anthropic's already stay.
std::string stop_reason_of(const std::string& finish, const std::string& native);
/// {"type","message"} of an error of the chat API.
boost::json::object messages_error(const boost::json::value& error, int status);
/// A chat `usage` object as one of the Messages API.
boost::json::object messages_usage(const boost::json::object& usage);

/// Turns the events of a streamed chat completion into those of a message, one after the other.
class MessagesEvents {
public:
    MessagesEvents(std::string model, bool shows_thoughts)
        : model_(std::move(model)), shows_thoughts_(shows_thoughts) {}

    /// The events for one chat chunk, as bytes.
    std::string chunk(const boost::json::object& chunk);
    std::string ping() const;
    /// The end of the answer: at [DONE], or where the stream ends without it.
    std::string end(bool done);

private:
    enum class Open { none, thinking, text, call };

    void start(const boost::json::object& chunk);
    void read_delta(const boost::json::object& delta);
    void read_detail(const boost::json::object& detail);
    void read_call(const boost::json::object& call);
    void add_thought(const std::string& text);
    void add_text(const std::string& text);
    void open(Open kind, boost::json::object block);
    void delta(boost::json::object value);
    void close();
    void event(std::string_view type, boost::json::object value);

    std::string model_;
    bool shows_thoughts_;
    std::string out_;
    bool started_ = false;
    bool ended_ = false;
    Open open_ = Open::none;
    std::int64_t index_ = -1;
    std::int64_t call_ = -1;
    std::string thought_;
    std::string signature_;
    std::string finish_;
    std::string native_;
    boost::json::value usage_;
};

}  // namespace capstan::testing
