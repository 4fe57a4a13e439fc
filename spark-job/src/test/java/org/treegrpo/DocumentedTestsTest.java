package org.treegrpo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every test that docs/RELIABILITY.md and docs/SECURITY.md name is one that runs. */
class DocumentedTestsTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)#(\\w+)`");

  @ParameterizedTest
  @CsvSource({"docs/RELIABILITY.md, 50", "docs/SECURITY.md, 10"})
  void everyTestOfAPromiseRuns(String document, int more) throws IOException {
    Map<String, String> sources = sources();
    List<MatchResult> named =
        NAMED.matcher(Files.readString(ROOT.resolve(document))).results().toList();
    assertThat(named).as("promises of %s with a test", document).hasSizeGreaterThan(more);
    for (MatchResult test : named) {
      assertThat(sources).as("test class of %s", test.group()).containsKey(test.group(1));
      String source = sources.get(test.group(1));
      int method = source.indexOf(" void " + test.group(2) + "(");
      assertThat(method).as("method of %s", test.group()).isPositive();
      assertThat(source.substring(source.lastIndexOf("\n\n", method), method))
          .as("annotations of %s", test.group())
          .containsPattern("@(Test|ParameterizedTest|Property)\\b");
      // a promise whose test is skipped is none; no test here is
      assertThat(source).as("class of %s", test.group()).doesNotContain("@Disabled");
    }
  }

  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (String module : List.of("model-core", "reward-workers", "spark-job")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith("Test.java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          sources.put(name, Files.readString(file));
        }
      }
    }
    return sources;
  }
}
