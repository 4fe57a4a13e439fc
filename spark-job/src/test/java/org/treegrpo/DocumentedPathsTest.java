package org.treegrpo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files and directories that the documents for contributors name are there. */
class DocumentedPathsTest {

  private static final Path ROOT = Path.of("..");

  /** A path in backticks that starts at a directory of the repository; built files are left out. */
  private static final Pattern IN_BACKTICKS =
      Pattern.compile(
          "`((?:model-core|reward-workers|spark-job|deploy|conf|docs|\\.ci)/(?!target)[\\w./-]+)`");

  private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)[^)]*\\)");

  static List<Path> documents() throws IOException {
    try (Stream<Path> decisions = Files.list(ROOT.resolve("docs/decisions"))) {
      return Stream.concat(
              Stream.of(
                      "README.md",
                      "CONTRIBUTING.md",
                      "docs/ARCHITECTURE.md",
                      "docs/PERFORMANCE.md",
                      "docs/SECURITY.md")
                  .map(ROOT::resolve)
                  .filter(Files::exists),
              decisions.sorted())
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyPathExists(Path document) throws IOException {
    String text = Files.readString(document);
    TreeSet<Path> missing = new TreeSet<>();
    IN_BACKTICKS
        .matcher(text)
        .results()
        .map(path -> ROOT.resolve(path.group(1)))
        .forEach(missing::add);
    LINK.matcher(text)
        .results()
        .map((MatchResult link) -> document.resolveSibling(link.group(1)))
        .forEach(missing::add);
    missing.removeIf(Files::exists);
    assertThat(missing).as("paths in %s that do not exist", document).isEmpty();
  }
}
