#include "workspace_fixture.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <string>
#include <vector>

using namespace test;
using namespace capstan;
using namespace std::string_literals;

namespace {

std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// Runs `prepare` and `f` in a child; true if the latter threw a WorkspaceError.
bool refused_in_child(const std::function<void()>& prepare, const std::function<void()>& f) {
    const auto child = ::fork();
    if (child == 0) {
        prepare();
        int code = 1;
        try {
            f();
        } catch (const WorkspaceError&) {
            code = 0;
        }
        ::_exit(code);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void limit_files() {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

void stop_being_root() {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(2);
}

}  // namespace

TEST_CASE("workspace: a write keeps the mode and gives the bytes as they are") {
    const WorkspaceFixture fixture;
    Workspace workspace(fixture.root());
    for (const mode_t mode : {0644, 0755, 0600, 0664, 02755, 04711}) {
        REQUIRE(::chmod(fixture.at("a.txt").c_str(), mode) == 0);
        for (const auto& text : {"x"s, "x\n"s, ""s, "a\r\nb\r\n"s, "\xef\xbb\xbfx\n"s}) {
            workspace.write("a.txt", text);
            CHECK(read_file(fixture.at("a.txt")) == text);
            CHECK(mode_of(fixture.at("a.txt")) == mode);
        }
    }
    const auto mask = ::umask(027);
    workspace.write("new/er/file", "x");
    ::umask(mask);
    CHECK(mode_of(fixture.at("new/er/file")) == 0640);
    CHECK(mode_of(fixture.at("new")) == 0750);
}

TEST_CASE("workspace: a write that fails leaves the old file and no other") {
    const WorkspaceFixture fixture;
    const auto before = names_in(fixture.root());
    Workspace workspace(fixture.root());
    SECTION("the disk is full") {
        CHECK(refused_in_child(limit_files,
                               [&] { workspace.write("a.txt", std::string(5000, 'x')); }));
        CHECK(refused_in_child(limit_files,
                               [&] { workspace.write("n/e/w", std::string(5000, 'x')); }));
    }
    SECTION("the target is a folder") {
        CHECK(mentions(refusal([&] { workspace.write("sub", "x"); }), "is a folder"));
    }
    SECTION("a folder is in fact a file") {
        CHECK(mentions(refusal([&] { workspace.write("a.txt/new", "x"); }), "not a folder"));
    }
    SECTION("the folder cannot be written") {
        REQUIRE(::chmod(fixture.root().c_str(), 0555) == 0);
        REQUIRE(::chmod(fixture.at("a.txt").c_str(), 0666) == 0);
        const auto write_old = [&] { workspace.write("a.txt", "x"); };
        const auto write_new = [&] { workspace.write("new", "x"); };
        CHECK(refused_in_child(stop_being_root, write_old));
        CHECK(refused_in_child(stop_being_root, write_new));
        REQUIRE(::chmod(fixture.root().c_str(), 0755) == 0);
    }
    SECTION("the file cannot be written") {
        REQUIRE(::chmod(fixture.root().c_str(), 0777) == 0);
        REQUIRE(::chmod(fixture.at("a.txt").c_str(), 0444) == 0);
        const auto write_old = [&] { workspace.write("a.txt", "x"); };
        CHECK(refused_in_child(stop_being_root, write_old));
    }
    CHECK(read_file(fixture.at("a.txt")) == "one\ntwo\n");
    CHECK(names_in(fixture.root()) == before);
    CHECK(workspace.undoable() == 0);
}

TEST_CASE("workspace: a reader sees the old or the new content, whole") {
    const WorkspaceFixture fixture;
    Workspace workspace(fixture.root());
    const std::string a(100'000, 'a');
    const std::string b(100'000, 'b');
    workspace.write("a.txt", a);
    const auto child = ::fork();
    if (child == 0) {
        for (;;) {  // killed in the middle of one of the writes
            workspace.write("a.txt", b);
            workspace.write("a.txt", a);
        }
    }
    for (int i = 0; i < 60; ++i) {
        const auto text = read_file(fixture.at("a.txt"));
        REQUIRE((text == a || text == b));
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto text = read_file(fixture.at("a.txt"));
    CHECK((text == a || text == b));
}

TEST_CASE("workspace: binary and huge files are refused with the reason") {
    const WorkspaceFixture fixture;
    WorkspaceOptions options;
    options.max_file_bytes = 2048;
    const Workspace workspace(fixture.root(), options);
    write_file(fixture.at("big"), std::string(3000, 'x'));
    write_file(fixture.at("just"), std::string(2048, 'x'));
    write_file(fixture.at("image"), "\x89PNG\r\n\x1a\n\0\0"s);
    write_file(fixture.at("nul"), "text\0text"s);
    CHECK(refusal([&] { workspace.read("big"); }) ==
          "big has 2.9 KB; files of more than 2.0 KB are not read");
    CHECK(workspace.read("just").size() == 2048);
    CHECK(refusal([&] { workspace.read("image"); }) ==
          "image is no text but a PNG image of 10 bytes");
    CHECK(mentions(refusal([&] { workspace.read("nul"); }), "binary data"));
    CHECK(refusal([&] { workspace.read("sub"); }) == "sub is a folder, not a regular file");
    CHECK(refusal([&] { workspace.read("none"); }) == "none does not exist");
}

TEST_CASE("workspace: replace changes a file only as it was known") {
    const WorkspaceFixture fixture;
    Workspace workspace(fixture.root());
    workspace.replace("a.txt", "one\ntwo\n", "1\n");
    CHECK(read_file(fixture.at("a.txt")) == "1\n");
    CHECK_THROWS_AS(workspace.replace("a.txt", "one\ntwo\n", "2\n"), WorkspaceError);
    CHECK_THROWS_AS(workspace.replace("a.txt", std::nullopt, "2\n"), WorkspaceError);
    CHECK_THROWS_AS(workspace.replace("none", "", "2\n"), WorkspaceError);
    CHECK(read_file(fixture.at("a.txt")) == "1\n");
    workspace.replace("fresh/x", std::nullopt, "new\n");
    CHECK(read_file(fixture.at("fresh/x")) == "new\n");
}
