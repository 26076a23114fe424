#include "coding_fixture.hpp"

#include <string>

using namespace test;
using namespace capstan;
using namespace std::string_literals;

TEST_CASE("coding tools: which there are, and what they ask for") {
    const CodingFixture fixture;
    std::string names;
    for (const auto& tool : fixture.tools.tools()) {
        const auto options = tool->options();
        names += tool->definition().name + (options.permission == Permission::ask ? "? " : " ");
        CHECK(options.repeatable == !options.exclusive);
        CHECK_FALSE(tool->definition().description.empty());
        CHECK(tool->definition().parameters.at("type") == "object");
    }
    CHECK(names == "read_file write_file? edit_file? list_files find_files search run_command? "
                   "fetch_url? todo ");
    CodingToolOptions none;
    none.files = none.commands = none.fetch = none.todo = false;
    CHECK(CodingFixture(none).tools.tools().empty());
}

TEST_CASE("read_file: lines with their numbers, whole or in part") {
    const CodingFixture fixture;
    CHECK(fixture.text("read_file", {{"path", "a.txt"}}) == "     1\tone\n     2\ttwo\n");
    CHECK(fixture.text("read_file", {{"path", fixture.at("a.txt")}}) ==
          "     1\tone\n     2\ttwo\n");
    write_file(fixture.at("lines"), "a\r\nb\nc\nd\nlast");
    CHECK(fixture.text("read_file", {{"path", "lines"}, {"offset", 2}, {"limit", 2}}) ==
          "     2\tb\n     3\tc\n(lines 2 to 3; go on with offset 4)\n");
    CHECK(fixture.text("read_file", {{"path", "lines"}, {"offset", 4}}) ==
          "     4\td\n     5\tlast\n(lines 4 to 5, the end of the file)\n");
    CHECK(mentions(fixture.text("read_file", {{"path", "lines"}}), "     1\ta\n"));
    CHECK(fixture.error("read_file", {{"path", "lines"}, {"offset", 6}}) ==
          "lines has only 5 lines");
    write_file(fixture.at("empty"), "");
    CHECK(fixture.text("read_file", {{"path", "empty"}}) == "(the file is empty)");
    write_file(fixture.at("long"), std::string(5000, 'x') + "\ny\n");
    CHECK(mentions(fixture.text("read_file", {{"path", "long"}}), "x [... 3000 bytes more]\n"));
    write_file(fixture.at("latin"), "\xe4\n");
    CHECK(fixture.text("read_file", {{"path", "latin"}}) == "     1\t\xef\xbf\xbd\n");
}

TEST_CASE("read_file: refuses what is no text, and reads huge files by ranges") {
    const CodingFixture fixture;
    write_file(fixture.at("binary"), "\x7f" "ELF\0\1"s);
    CHECK(fixture.error("read_file", {{"path", "binary"}}) ==
          "binary is no text but an ELF program or object file");
    std::string huge;
    while (huge.size() < 6 * 1024 * 1024) huge += "line " + std::to_string(huge.size()) + "\n";
    write_file(fixture.at("huge"), huge);
    CHECK(fixture.error("read_file", {{"path", "huge"}}) ==
          "huge has 6.0 MB; read a part of it, by offset and limit");
    CHECK(fixture.text("read_file", {{"path", "huge"}, {"offset", 2}, {"limit", 1}}) ==
          "     2\tline 7\n(lines 2 to 2; go on with offset 3)\n");
    CHECK(fixture.error("read_file", {{"path", "sub"}}) == "sub is a folder, not a regular file");
    CHECK(mentions(fixture.error("read_file", {{"path", "../outside/secret"}}), "'..'"));
    CHECK(mentions(fixture.error("read_file", {{"path", "/etc/passwd"}}), "outside"));
}

TEST_CASE("write_file: makes and replaces, keeps line endings, and can be undone") {
    const CodingFixture fixture;
    const json::value create = {{"path", "n/new.txt"}, {"content", "x\ny"}};
    const auto preview = fixture.tool("write_file").preview(create);
    CHECK(preview ==
          "--- a/n/new.txt\n+++ b/n/new.txt\n@@ -0,0 +1,2 @@\n+x\n+y\n\\ No newline at end of "
          "file\n");
    const auto result = fixture.call("write_file", create);
    CHECK(text_of(result.content) == "Created n/new.txt (3 bytes)");
    CHECK(result.details.at("path") == "n/new.txt");
    CHECK(result.details.at("diff").as_string() == preview);
    CHECK(read_file(fixture.at("n/new.txt")) == "x\ny");
    write_file(fixture.at("dos.txt"), "a\r\nb\r\n");
    CHECK(fixture.text("write_file", {{"path", "dos.txt"}, {"content", "c\nd\n"}}) ==
          "Wrote dos.txt (6 bytes)");
    CHECK(read_file(fixture.at("dos.txt")) == "c\r\nd\r\n");
    CHECK(fixture.text("write_file", {{"path", "dos.txt"}, {"content", "c\nd\n"}}) ==
          "dos.txt has this content already");
    write_file(fixture.at("binary"), "\0"s);
    CHECK(mentions(fixture.error("write_file", {{"path", "binary"}, {"content", "x"}}),
                   "is no text"));
    CHECK(fixture.workspace->undoable() == 2);
    fixture.workspace->undo();
    CHECK(read_file(fixture.at("n/new.txt")) == "x\ny");
}

TEST_CASE("edit_file: shows its diff beforehand, and says what it did") {
    const CodingFixture fixture;
    REQUIRE(::chmod(fixture.at("a.txt").c_str(), 0755) == 0);
    const json::value edit = {{"path", "a.txt"}, {"old_text", "two"}, {"new_text", "2"}};
    const std::string diff = "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n";
    CHECK(fixture.tool("edit_file").preview(edit) == diff);
    CHECK(fixture.tool("edit_file").approval_key(edit) == "edit_file");
    CHECK(read_file(fixture.at("a.txt")) == "one\ntwo\n");
    const auto result = fixture.call("edit_file", edit);
    CHECK(text_of(result.content) == "Edited a.txt at line 2");
    CHECK(result.details.at("diff").as_string() == diff);
    CHECK(read_file(fixture.at("a.txt")) == "one\n2\n");
    CHECK(mode_of(fixture.at("a.txt")) == 0755);
    CHECK(mentions(fixture.error("edit_file", edit), "does not have old_text"));
    CHECK(mentions(fixture.tool("edit_file").preview(edit), "does not have old_text"));
    CHECK(fixture.error("edit_file", {{"path", "none"}, {"old_text", "a"}, {"new_text", "b"}}) ==
          "none does not exist");
    fixture.workspace->undo();
    CHECK(read_file(fixture.at("a.txt")) == "one\ntwo\n");
}

TEST_CASE("list_files and find_files: what .gitignore names is not entered") {
    const CodingFixture fixture;
    write_file(fixture.at(".gitignore"), "*.o\n/build/\n");
    std::filesystem::create_directories(fixture.at("build"));
    std::filesystem::create_directories(fixture.at(".git"));
    for (const auto* name : {"build/x", ".git/config", "sub/c.o", "sub/deep/d.txt"})
        write_file(fixture.at(name), "x");
    fixture.link("../outside", "out");
    CHECK(fixture.text("list_files", json::object()) ==
          ".git/ (ignored)\n.gitignore (12 bytes)\na.txt (8 bytes)\nbuild/ (ignored)\n"
          "out (symbolic link)\nsub/\nsub/b.txt (6 bytes)\nsub/c.o (1 bytes) (ignored)\n"
          "sub/deep/\n");
    CHECK(fixture.text("list_files", {{"path", "sub/deep"}, {"depth", 1}}) ==
          "sub/deep/d.txt (1 bytes)\n");
    CHECK(mentions(fixture.error("list_files", {{"path", "out"}}), "leads out"));
    std::filesystem::last_write_time(fixture.at("sub/b.txt"),
                                     std::filesystem::file_time_type::clock::now() +
                                         std::chrono::hours(1));
    std::filesystem::last_write_time(fixture.at("a.txt"),
                                     std::filesystem::file_time_type::clock::now() -
                                         std::chrono::hours(1));
    CHECK(fixture.text("find_files", {{"pattern", "*.txt"}}) ==
          "sub/b.txt\nsub/deep/d.txt\na.txt\n");
    CHECK(fixture.text("find_files", {{"pattern", "sub/**/*.txt"}}) ==
          "sub/b.txt\nsub/deep/d.txt\n");
    CHECK(fixture.text("find_files", {{"pattern", "deep/*"}, {"path", "sub"}}) ==
          "sub/deep/d.txt\n");
    CHECK(fixture.text("find_files", {{"pattern", "{x,*.o,config,secret}"}}) ==
          "No files match.");
    CHECK(mentions(fixture.error("find_files", {{"pattern", "["}}), "'['"));
}

TEST_CASE("todo: repeats the whole list") {
    const CodingFixture fixture;
    const json::value items = json::parse(
        R"({"items":[{"text":"read","status":"done"},{"text":"fix","status":"in_progress"},
            {"text":"test","status":"pending"}]})");
    CHECK(fixture.text("todo", items) == "[x] read\n[>] fix\n[ ] test\n");
    CHECK(fixture.text("todo", {{"items", json::array()}}) == "The list is empty");
    CHECK(fixture.tool("todo").check({{"items", {{{"text", "x"}, {"status", "?"}}}}}) != "");
}
