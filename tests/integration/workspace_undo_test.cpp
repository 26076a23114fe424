#include "workspace_fixture.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace test;
using namespace capstan;
using namespace std::string_literals;

namespace {

using Names = std::vector<std::string>;
/// Every file with its mode and content, every folder.
using Tree = std::map<std::string, std::string>;

Tree tree_of(const std::string& root) {
    Tree tree;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const auto path = entry.path().string();
        const auto content = entry.is_directory() ? "folder" : read_file(path);
        tree[path] = std::to_string(mode_of(path)) + ' ' + content;
    }
    return tree;
}

}  // namespace

TEST_CASE("workspace: creating, changing and removing are taken back, newest first") {
    const WorkspaceFixture fixture;
    REQUIRE(::chmod(fixture.at("sub/b.txt").c_str(), 0750) == 0);
    write_file(fixture.at("binary"), "\0\1\2"s);
    const auto before = tree_of(fixture.root());
    Workspace workspace(fixture.root());
    CHECK(refusal([&] { workspace.undo(); }) == "there is nothing to undo");
    workspace.write("a.txt", "changed\n");
    workspace.write("new/deep/file", "x");
    workspace.remove("sub/b.txt");
    workspace.write("binary", "text");
    CHECK(workspace.undoable() == 4);
    CHECK(workspace.undo() == Names{"binary"});
    CHECK(workspace.undo() == Names{"sub/b.txt"});
    CHECK(workspace.undo() == Names{"new/deep/file"});
    CHECK(workspace.undo() == Names{"a.txt"});
    CHECK(tree_of(fixture.root()) == before);
    CHECK_THROWS_AS(workspace.undo(), WorkspaceError);
}

TEST_CASE("workspace: the changes of a turn are taken back together") {
    const WorkspaceFixture fixture;
    Workspace workspace(fixture.root());
    workspace.write("first", "1", "turn 1");
    const auto before = tree_of(fixture.root());
    workspace.write("a.txt", "2", "turn 2");
    workspace.remove("sub/b.txt", "turn 2");
    workspace.write("a.txt", "3", "turn 2");
    workspace.remove("a.txt", "turn 2");
    workspace.write("a.txt", "4", "turn 2");
    CHECK(workspace.undo() == Names{"a.txt", "sub/b.txt"});
    CHECK(tree_of(fixture.root()) == before);
    CHECK(workspace.undoable() == 1);
}

TEST_CASE("workspace: what others changed since is left alone") {
    const WorkspaceFixture fixture;
    Workspace workspace(fixture.root());
    workspace.write("sub/b.txt", "ours\n", "turn");
    workspace.write("a.txt", "ours\n", "turn");
    SECTION("changed") { write_file(fixture.at("sub/b.txt"), "theirs\n"); }
    SECTION("removed") { std::filesystem::remove(fixture.at("sub/b.txt")); }
    SECTION("its folder removed") { std::filesystem::remove_all(fixture.at("sub")); }
    SECTION("replaced by a folder") {
        std::filesystem::remove(fixture.at("sub/b.txt"));
        std::filesystem::create_directory(fixture.at("sub/b.txt"));
    }
    const auto before = tree_of(fixture.root());
    CHECK(mentions(refusal([&] { workspace.undo(); }), "sub/b.txt"));
    CHECK(tree_of(fixture.root()) == before);
    CHECK(workspace.undoable() == 2);
}

TEST_CASE("workspace: any sequence of changes is taken back to where it began") {
    const WorkspaceFixture fixture;
    std::mt19937 random(3);
    const Names paths = {"a.txt", "sub/b.txt", "n", "m/n", "m/o/p"};
    for (int round = 0; round < 8; ++round) {
        Workspace workspace(fixture.root());
        const auto before = tree_of(fixture.root());
        for (int i = 0; i < 12; ++i) {
            const auto& path = paths[random() % paths.size()];
            const auto turn = "turn " + std::to_string(i / (1 + round % 4));
            if (random() % 3 == 0 && workspace.exists(path)) workspace.remove(path, turn);
            else workspace.write(path, std::to_string(random()), turn);
        }
        while (workspace.undoable() > 0) workspace.undo();
        REQUIRE(tree_of(fixture.root()) == before);
    }
}

TEST_CASE("workspace: the temporary undo folder goes with the workspace, a named one stays") {
    const WorkspaceFixture fixture;
    WorkspaceOptions options;
    options.undo_directory = fixture.folder.path("undo");
    {
        Workspace workspace(fixture.root(), options);
        workspace.write("a.txt", "changed");
    }
    CHECK(read_file(fixture.folder.path("undo/000001")) == "one\ntwo\n");
    CHECK(mode_of(fixture.folder.path("undo/000001")) == 0600);
}

TEST_CASE("workspace: with a folder of its own, changes of earlier workspaces are taken back") {
    const WorkspaceFixture fixture;
    REQUIRE(::chmod(fixture.at("sub/b.txt").c_str(), 0750) == 0);
    const std::string odd = "odd \xff \"name\"\n";
    WorkspaceOptions options;
    options.undo_directory = fixture.folder.path("undo");
    const auto before = tree_of(fixture.root());
    {
        Workspace workspace(fixture.root(), options);
        workspace.write("a.txt", "changed\n");
        workspace.write("new/deep/" + odd, "x", "turn");
        workspace.remove("sub/b.txt", "turn");
    }
    {
        Workspace workspace(fixture.root(), options);
        CHECK(workspace.undoable() == 3);
        workspace.write("a.txt", "changed again\n");
    }
    Workspace workspace(fixture.root());
    workspace.keep_changes_in(options.undo_directory);
    CHECK(workspace.undo() == Names{"a.txt"});
    CHECK(read_file(fixture.at("a.txt")) == "changed\n");
    CHECK(workspace.undo() == Names{"sub/b.txt", "new/deep/" + odd});
    CHECK(workspace.undo() == Names{"a.txt"});
    CHECK(tree_of(fixture.root()) == before);
    CHECK(refusal([&] { workspace.undo(); }) == "there is nothing to undo");
    CHECK(mode_of(options.undo_directory) == 0700);
    CHECK(mode_of(fixture.folder.path("undo/index.jsonl")) == 0600);
    CHECK_FALSE(std::filesystem::exists(fixture.folder.path("undo/000001")));
}

TEST_CASE("workspace: after a restart, what others changed meanwhile is left alone") {
    const WorkspaceFixture fixture;
    WorkspaceOptions options;
    options.undo_directory = fixture.folder.path("undo");
    Workspace(fixture.root(), options).write("a.txt", "ours\n");
    write_file(fixture.at("a.txt"), "theirs\n");
    Workspace workspace(fixture.root(), options);
    CHECK(mentions(refusal([&] { workspace.undo(); }), "a.txt was changed by others since"));
    CHECK(read_file(fixture.at("a.txt")) == "theirs\n");
    write_file(fixture.at("a.txt"), "ours\n");
    CHECK(workspace.undo() == Names{"a.txt"});
}

TEST_CASE("workspace: an index cut at any byte, as by a crash, loses at most what was behind it") {
    const WorkspaceFixture fixture;
    WorkspaceOptions options;
    options.undo_directory = fixture.folder.path("undo");
    {
        Workspace workspace(fixture.root(), options);
        workspace.write("a.txt", "1\n");
        workspace.write("sub/b.txt", "2\n");
    }
    const auto index = read_file(fixture.folder.path("undo/index.jsonl"));
    const auto before = tree_of(fixture.root());
    const auto first_line = index.find('\n') + 1;
    const auto second_line = index.find('\n', first_line) + 1;
    for (std::size_t size = 0; size <= index.size(); ++size) {
        write_file(fixture.folder.path("undo/index.jsonl"), index.substr(0, size));
        Workspace workspace(fixture.root(), options);
        const std::size_t whole = size == index.size() ? 2 : size >= second_line ? 1 : 0;
        REQUIRE(workspace.undoable() == whole);
        REQUIRE(tree_of(fixture.root()) == before);
    }
}

TEST_CASE("workspace: a change that was only begun when the program died is none") {
    const WorkspaceFixture fixture;
    WorkspaceOptions options;
    options.undo_directory = fixture.folder.path("undo");
    {
        Workspace workspace(fixture.root(), options);
        workspace.write("sub/b.txt", "2\n");
        workspace.write("a.txt", "1\n");
    }
    write_file(fixture.at("a.txt"), "one\ntwo\n");  // as before the change
    Workspace workspace(fixture.root(), options);
    CHECK(workspace.undo() == Names{"sub/b.txt"});
    CHECK(workspace.undoable() == 0);
}

TEST_CASE("workspace: a folder of changes is for one root and one owner, and copies are checked") {
    const WorkspaceFixture fixture;
    WorkspaceOptions options;
    options.undo_directory = fixture.folder.path("undo");
    {
        Workspace workspace(fixture.root(), options);
        Workspace other(fixture.root());
        CHECK(mentions(refusal([&] { other.keep_changes_in(options.undo_directory); }), "in use"));
        other.write("a.txt", "elsewhere\n");  // works all the same
        CHECK(other.undo() == Names{"a.txt"});
        other.write("a.txt", "elsewhere\n");
        CHECK(mentions(refusal([&] { other.keep_changes_in(options.undo_directory); }), "already"));
        workspace.write("a.txt", "ours\n");
    }
    CHECK(mentions(refusal([&] { Workspace(fixture.outside(), options); }),
                   "it is for " + fixture.root()));
    write_file(fixture.folder.path("undo/000001"), "damaged");
    Workspace workspace(fixture.root(), options);
    CHECK(mentions(refusal([&] { workspace.undo(); }), "damaged"));
    CHECK(read_file(fixture.at("a.txt")) == "ours\n");
}

TEST_CASE("workspace: beyond the bound of kept bytes the oldest changes are forgotten") {
    const WorkspaceFixture fixture;
    for (const bool durable : {true, false}) {
        WorkspaceOptions options;
        if (durable) options.undo_directory = fixture.folder.path("undo");
        options.max_undo_bytes = 10'000;
        Workspace workspace(fixture.root(), options);
        std::size_t most = 0;
        for (int i = 0; i < 50; ++i) {
            workspace.write("large", std::string(1000, 'x') + std::to_string(i));
            most = std::max(most, workspace.undoable());
        }
        CHECK(most <= 11);
        CHECK(workspace.undoable() >= 5);
        workspace.undo();
        CHECK(read_file(fixture.at("large")).ends_with("x48"));
        if (!durable) continue;
        std::size_t files = 0;
        for ([[maybe_unused]] const auto& entry :
             std::filesystem::directory_iterator(options.undo_directory))
            ++files;
        CHECK(files == workspace.undoable() + 1);
    }
    Workspace workspace(fixture.root());
    workspace.write("huge", std::string(1000, 'x'));
    WorkspaceOptions options;
    options.max_undo_bytes = 10;
    Workspace small(fixture.root(), options);
    small.write("huge", "y");
    CHECK(small.undo() == Names{"huge"});  // the newest is never forgotten
}
