#include "workspace_fixture.hpp"

#include "coding/confined_root.hpp"
#include "coding/file_bytes.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <fcntl.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace test;
using namespace capstan;
using namespace capstan::coding;
using namespace std::string_literals;

namespace {

std::string read(const ConfinedRoot& root, const std::string& path) {
    return read_all(root.open_file(root.relative(path)).get(), 1000);
}

/// Every sort of path that must not lead to a file.
struct Escapes : WorkspaceFixture {
    Escapes() {
        link(outside() + "/secret", "absolute_link");
        link("../outside/secret", "relative_link");
        link("../outside", "folder_link");
        link("folder_link", "link_to_link");
        link("sub/../../outside/secret", "detour");
        link("loop", "loop");
        link("nowhere", "dangling");
        link("/proc/self/root", "magic");
        link("/proc/self/cwd", "cwd");
        link("../../../../../../../../../../etc", "far");
        REQUIRE(::mkfifo(at("pipe").c_str(), 0600) == 0);
        link("/dev/zero", "device");
        link("pipe", "link_to_pipe");
    }

    std::vector<std::string> paths() const {
        return {"../outside/secret", "sub/../../outside/secret", outside() + "/secret",
                "/etc/passwd", "absolute_link", "relative_link", "folder_link/secret",
                "link_to_link/secret", "detour", "loop", "loop/x", "dangling", "dangling/x",
                "magic/etc/passwd", "magic", "cwd/CMakeLists.txt", "far/passwd", "pipe",
                "link_to_pipe", "device", "sub", "folder_link", ".", "", "a.txt/x", "a.txt/",
                "a\0.txt"s, "no\nsuch", std::string(300, 'n'), "/proc/self/root/etc/passwd"};
    }
};

}  // namespace

TEST_CASE("workspace: no path leads to what is not a file inside") {
    const Escapes escapes;
    const auto walk = GENERATE(PathWalk::kernel, PathWalk::stepwise);
    const ConfinedRoot root(escapes.root(), walk);
    for (const auto& path : escapes.paths()) {
        if (path == "a.txt/") continue;  // a slash at the end is not looked at
        CAPTURE(path);
        CHECK_THROWS_AS(read(root, path), WorkspaceError);
    }
    CHECK(read(root, "a.txt") == "one\ntwo\n");
}

TEST_CASE("workspace: nothing outside is ever written, removed or made") {
    const Escapes escapes;
    Workspace workspace(escapes.root());
    for (const auto& path : escapes.paths()) {
        if (path == "a.txt/" || path == "dangling" || path == "no\nsuch") continue;
        CAPTURE(path);
        CHECK_THROWS_AS(workspace.write(path, "changed\n"), WorkspaceError);
        CHECK_THROWS_AS(workspace.remove(path), WorkspaceError);
    }
    CHECK_THROWS_AS(workspace.write("folder_link/new/file", "x"), WorkspaceError);
    CHECK_THROWS_AS(workspace.write("folder_link/new", "x"), WorkspaceError);
    CHECK(read_file(escapes.outside() + "/secret") == "secret\n");
    CHECK(std::distance(std::filesystem::directory_iterator(escapes.outside()), {}) == 1);
    CHECK(workspace.undoable() == 0);
}

TEST_CASE("workspace: links that stay inside are followed, and stay links when written through") {
    const WorkspaceFixture fixture;
    fixture.link("sub/b.txt", "to_file");
    fixture.link("sub", "to_folder");
    fixture.link("../a.txt", "sub/up");
    fixture.link("../../sub/deep/../b.txt", "sub/deep/winding");
    fixture.link("to_folder/up", "chain");
    fixture.link("fresh.txt", "dangling");
    const auto walk = GENERATE(PathWalk::kernel, PathWalk::stepwise);
    const ConfinedRoot root(fixture.root(), walk);
    CHECK(read(root, "to_file") == "three\n");
    CHECK(read(root, "to_folder/b.txt") == "three\n");
    CHECK(read(root, "sub/up") == "one\ntwo\n");
    CHECK(read(root, "sub/deep/winding") == "three\n");
    CHECK(read(root, "chain") == "one\ntwo\n");
    Workspace workspace(fixture.root());
    workspace.write("chain", "new\n");
    workspace.write("dangling", "made\n");
    CHECK(read_file(fixture.at("a.txt")) == "new\n");
    CHECK(read_file(fixture.at("fresh.txt")) == "made\n");
    CHECK(std::filesystem::is_symlink(fixture.at("chain")));
    CHECK(std::filesystem::is_symlink(fixture.at("dangling")));
}

TEST_CASE("workspace: odd names are names, and refusals are one line") {
    const WorkspaceFixture fixture;
    Workspace workspace(fixture.root());
    for (const auto& name : {"new\nline"s, " "s, "-rf"s, "$(x)"s, "\xff\xfe"s, "..."s}) {
        CAPTURE(name);
        workspace.write(name, "x");
        CHECK(workspace.read(name) == "x");
    }
    const auto words = refusal([&] { workspace.read("no\nsuch\x1b[31m"); });
    CHECK(words == "no?such?[31m does not exist");
}

TEST_CASE("workspace: the root may be named by a link, and absolute paths by either name") {
    const WorkspaceFixture fixture;
    REQUIRE(::symlink("root", fixture.folder.path("alias").c_str()) == 0);
    const Workspace workspace(fixture.folder.path("alias"));
    CHECK(workspace.read(fixture.at("a.txt")) == "one\ntwo\n");
    CHECK(workspace.read(fixture.folder.path("alias/a.txt")) == "one\ntwo\n");
    CHECK(workspace.relative(fixture.at("sub/./b.txt")) == "sub/b.txt");
    CHECK_THROWS_AS(Workspace(fixture.at("a.txt")), WorkspaceError);
    CHECK_THROWS_AS(Workspace(fixture.at("missing")), WorkspaceError);
}

TEST_CASE("workspace: a link put into place at the last moment leads nowhere") {
    const WorkspaceFixture fixture;
    std::filesystem::create_directory(fixture.at("turn"));
    write_file(fixture.at("turn/secret"), "inside\n");
    fixture.link("../outside", "bad");
    const auto walk = GENERATE(PathWalk::kernel, PathWalk::stepwise);
    const ConfinedRoot root(fixture.root(), walk);
    Workspace workspace(fixture.root());
    std::atomic<bool> stop{false};
    std::thread swapper([&] {
        const auto turn = fixture.at("turn");
        const auto bad = fixture.at("bad");
        while (!stop)
            ::renameat2(AT_FDCWD, turn.c_str(), AT_FDCWD, bad.c_str(), RENAME_EXCHANGE);
    });
    int read_inside = 0;
    int refused = 0;
    for (int i = 0; i < 3000; ++i) {
        try {
            const auto text = read(root, "turn/secret");
            REQUIRE(text != "secret\n");
            ++read_inside;
        } catch (const WorkspaceError&) {
            ++refused;
        }
        if (i % 30 != 0) continue;
        try {
            workspace.write("turn/secret", "inside again\n");
        } catch (const WorkspaceError&) {
        }
    }
    stop = true;
    swapper.join();
    CHECK(read_inside > 0);
    CHECK(refused > 0);
    CHECK(read_file(fixture.outside() + "/secret") == "secret\n");
    CHECK(std::distance(std::filesystem::directory_iterator(fixture.outside()), {}) == 1);
}

TEST_CASE("workspace: a file that turns into a link between look and use is not read through") {
    const WorkspaceFixture fixture;
    fixture.link("../outside/secret", "bad");
    const ConfinedRoot root(fixture.root(), GENERATE(PathWalk::kernel, PathWalk::stepwise));
    const auto place = root.locate("a.txt");
    std::filesystem::rename(fixture.at("bad"), fixture.at("a.txt"));
    CHECK_THROWS_AS(open_place(place, "a.txt"), WorkspaceError);
    const auto pipe = root.locate("sub/b.txt");
    std::filesystem::remove(fixture.at("sub/b.txt"));
    REQUIRE(::mkfifo(fixture.at("sub/b.txt").c_str(), 0600) == 0);
    CHECK_THROWS_AS(open_place(pipe, "sub/b.txt"), WorkspaceError);
}
