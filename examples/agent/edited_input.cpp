// Lines with editing and history, by libedit, within the event loop: it is given each character
// when there is one, so that nothing blocks.
#include "plain_input.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <histedit.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace coding_agent {
namespace {

constexpr int history_size = 1000;
constexpr char end_of_input = '\004';

class EditedInput final : public Input {
public:
    EditedInput(asio::any_io_executor executor, std::filesystem::path file)
        : descriptor_(executor, own_standard_input()), history_file_(std::move(file)) {
        file_ = fdopen(dup(descriptor_.native_handle()), "r");
        editor_ = file_ ? el_init("capstan-agent", file_, stdout, stderr) : nullptr;
        history_ = history_init();
        if (!editor_ || !history_)
            throw std::system_error(errno, std::generic_category(), "the line editor");
        HistEvent event;
        history(history_, &event, H_SETSIZE, history_size);
        history(history_, &event, H_SETUNIQUE, 1);
        if (!history_file_.empty()) history(history_, &event, H_LOAD, history_file_.c_str());
        el_set(editor_, EL_CLIENTDATA, this);
        el_set(editor_, EL_PROMPT, &EditedInput::shown_prompt);
        el_set(editor_, EL_EDITOR, "emacs");
        el_source(editor_, nullptr);  // the user's ~/.editrc
        el_set(editor_, EL_SIGNAL, 0);
    }

    ~EditedInput() override {
        leave();
        if (history_) history_end(history_);
        if (editor_) el_end(editor_);
        if (file_) std::fclose(file_);
    }

    bool is_terminal() const override { return true; }

    asio::awaitable<InputLine> prompt() override {
        if (typed_.take_end()) co_return InputLine(InputLine::Kind::end);
        const auto begun = printable(std::exchange(typed_ahead_, {}));
        auto reading = read_line("> " + begun, history_);
        auto line = co_await std::move(reading);
        line.text.insert(0, begun);
        if (line.text.find_first_not_of(" \t") != std::string::npos) remember(line.text);
        co_return line;
    }

    asio::awaitable<InputLine> answer(std::string question) override {
        tcflush(descriptor_.native_handle(), TCIFLUSH);
        typed_ahead_.clear();
        return read_line(std::move(question), nullptr);
    }

    void listen(std::function<void(std::string)> taken) override {
        typed_.start([this, taken = std::move(taken)](std::string line) {
            if (line.find_first_not_of(" \t") != line.npos) remember(line);
            taken(std::move(line));
        });
    }

    void stop_listening() override { typed_.stop(); }

    bool interrupt() override {
        if (!editing_) return false;
        interrupted_ = true;
        leave();
        std::fputc('\n', stdout);
        descriptor_.cancel();
        return true;
    }

    void wake() override {
        typed_.wake();
        if (!editing_) return;
        el_set(editor_, EL_UNBUFFERED, 0);
        el_set(editor_, EL_UNBUFFERED, 1);
    }

private:
    static char* shown_prompt(EditLine* editor) {
        void* self = nullptr;
        el_get(editor, EL_CLIENTDATA, &self);
        return static_cast<EditedInput*>(self)->prompt_.data();
    }

    void enter(std::string prompt, History* with) {
        prompt_ = std::move(prompt);
        interrupted_ = false;
        el_resize(editor_);
        if (with)
            el_set(editor_, EL_HIST, history, with);
        else
            el_set(editor_, EL_HIST, &EditedInput::no_history, nullptr);
        el_set(editor_, EL_UNBUFFERED, 1);
        editing_ = true;
    }

    /// The terminal as it was.
    void leave() {
        if (!editing_) return;
        editing_ = false;
        el_set(editor_, EL_UNBUFFERED, 0);
        std::fflush(stdout);
    }

    static int no_history(void*, HistEvent*, int, ...) { return -1; }

    asio::awaitable<InputLine> read_line(std::string prompt, History* with) {
        enter(std::move(prompt), with);
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        InputLine line;
        while (true) {
            auto [error] = co_await descriptor_.async_wait(descriptor_.wait_read, token);
            if (error || interrupted_) {
                line.kind = InputLine::Kind::interrupted;
                break;
            }
            if (take(line)) break;
        }
        leave();
        if (line.kind == InputLine::Kind::end) std::fputc('\n', stdout);
        std::fflush(stdout);
        co_return line;
    }

    /// Lets the editor handle what was typed; true when the line is complete, or the input.
    bool take(InputLine& line) {
        int count = 0;
        const char* text = el_gets(editor_, &count);
        if (count < 0 || hung_up()) return true;
        if (!text || count == 0) return false;
        const std::string_view typed(text, static_cast<std::size_t>(count));
        if (typed.back() == end_of_input) return true;
        if (typed.back() != '\n') return false;
        line = InputLine(InputLine::Kind::line, std::string(typed.substr(0, typed.size() - 1)));
        return true;
    }

    bool hung_up() {
        termios settings{};
        return tcgetattr(descriptor_.native_handle(), &settings) != 0;
    }

    void remember(const std::string& line) {
        HistEvent event;
        history(history_, &event, H_ENTER, line.c_str());
        if (history_file_.empty()) return;
        const int fd = open(history_file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) return;
        fchmod(fd, S_IRUSR | S_IWUSR);
        close(fd);
        history(history_, &event, H_SAVE, history_file_.c_str());
    }

    static std::string printable(std::string text) {
        std::erase_if(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
        return text;
    }

    asio::posix::stream_descriptor descriptor_;
    std::string typed_ahead_;  // the beginning of a line, read before there was a prompt
    TypedLines typed_{descriptor_, typed_ahead_};
    std::filesystem::path history_file_;
    std::FILE* file_ = nullptr;
    EditLine* editor_ = nullptr;
    History* history_ = nullptr;
    std::string prompt_;
    bool editing_ = false;
    bool interrupted_ = false;
};

/// Characters beyond ASCII are edited as characters, whatever the environment says.
void use_utf8() {
    setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8");
}

bool can_edit() {
    const char* term = std::getenv("TERM");
    return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 && term && *term != '\0' &&
           std::string_view(term) != "dumb";
}

}  // namespace

std::unique_ptr<Input> make_input(asio::any_io_executor executor,
                                  const std::filesystem::path& history_file, bool quiet) {
    use_utf8();
    if (!quiet && can_edit()) return std::make_unique<EditedInput>(executor, history_file);
    std::FILE* questions = isatty(STDOUT_FILENO) != 0 ? stdout : stderr;
    return std::make_unique<PlainInput>(executor, quiet ? nullptr : questions);
}

}  // namespace coding_agent
