package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user reads who got the configuration wrong. */
class ProblemsTest {
  @TempDir Path directory;

  @Test
  void everythingThatIsWrongIsReportedAtOnce() throws IOException {
    Path file = directory.resolve("bad.conf");
    Files.writeString(
        file,
        """
        treegrpo {
          rounds = -1
          sampler { steps = ten, etaa = 0.7 }
          tree.branching = 99999
          rewards = [ { name = a, type = ocr, weigth = 1 } ]
          nonsense = 1
        }
        """);
    List<Problem> problems =
        Loading.problems(
            () -> Loading.loader().load(file, List.of("treegrpo.audit.every=-1"), Use.TRAIN));
    assertThat(problems)
        .as("keys with a problem")
        .extracting(Problem::key)
        .containsExactlyInAnyOrder(
            "treegrpo.rounds",
            "treegrpo.sampler.steps",
            "treegrpo.sampler.etaa",
            "treegrpo.tree.branching",
            "treegrpo.rewards[0].weigth",
            "treegrpo.nonsense",
            "treegrpo.audit.every",
            "treegrpo.policy.path",
            "treegrpo.prompts.train",
            "treegrpo.prompts.evaluation",
            "treegrpo.run-dir");
    assertThatThrownBy(() -> Loading.loader().load(file, List.of(), Use.TRAIN))
        .as("the message has key, value, rule, hint and line")
        .hasMessageContaining("the configuration has 10 problems:")
        .hasMessageContaining(
            "- treegrpo.sampler.steps = ten: must be a whole number from 1 to 1000\n    ("
                + file
                + ":3)")
        .hasMessageContaining("did you mean treegrpo.sampler.eta?");
  }

  @ParameterizedTest
  @CsvSource({
    "sampler.stepz, sampler.steps",
    "sampler.ste, sampler.steps",
    "branching, tree.branching",
    "tree.learning-rate, optimizer.learning-rate",
    "tree.window.strtaegy, tree.window.strategy",
    "optimiser, optimizer",
    "tree.treesPerPrompt, tree.trees-per-prompt",
  })
  void anUnknownKeyNamesTheNearestKnownOne(String unknown, String nearest) {
    assertThat(Loading.problemsWith("treegrpo." + unknown + "=1"))
        .as(unknown)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.rule()).isEqualTo("unknown key");
              assertThat(problem.hint()).isEqualTo("did you mean treegrpo." + nearest + "?");
            });
  }

  @Test
  void anUnknownKeyThatResemblesNothingListsItsBlock() {
    assertThat(Loading.problemsWith("treegrpo.ema.half-life-in-rounds=3"))
        .as("nothing is near")
        .singleElement()
        .satisfies(
            problem -> assertThat(problem.hint()).isEqualTo("keys of this block: decay, enabled"));
  }

  @Test
  void aLetterTooManyInAnyKeyIsRecognised() {
    Set<String> keys =
        ConfigFactory.parseResources(getClass().getClassLoader(), "reference.conf")
            .getConfig("treegrpo")
            .root()
            .toConfig()
            .withoutPath("rewards")
            .entrySet()
            .stream()
            .map(entry -> entry.getKey())
            .collect(Collectors.toSet());
    assertThat(keys)
        .as("keys with an x behind them")
        .allSatisfy(
            key ->
                assertThat(Loading.problemsWith("treegrpo." + key + "x=1"))
                    .as(key + "x")
                    .extracting(Problem::hint)
                    .containsExactly("did you mean treegrpo." + key + "?"));
  }

  @Test
  void keysOutsideTheRootAreProblems() {
    assertThat(Loading.problemsOf(Loading.MINIMAL + "\nsampler.steps = 3"))
        .as("forgotten root")
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("sampler");
              assertThat(problem.hint()).isEqualTo("did you mean treegrpo.sampler?");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          treegrpo.rounds        | must have the form treegrpo.key=value
          =3                     | must have the form treegrpo.key=value
          treegrpo..rounds=3     | cannot be read
          treegrpo.rewards=[{    | cannot be read
          """)
  void aMalformedOverrideIsReported(String option, String rule) {
    assertThat(Loading.problemsWith(option))
        .as(option)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("--set");
              assertThat(problem.value()).isEqualTo(option);
              assertThat(problem.rule()).startsWith(rule);
            });
  }

  @Test
  void aFileThatIsNotHoconNamesItsLine() {
    assertThat(Loading.problemsOf("treegrpo {\n  rounds = 3\n  ]\n"))
        .as("a stray bracket")
        .singleElement()
        .satisfies(problem -> assertThat(problem.rule()).contains("test.conf: 3"));
  }

  @Test
  void anUnresolvedSubstitutionIsReported() {
    assertThat(Loading.problemsOf("treegrpo.rounds = ${no-such-thing}"))
        .as("nothing to substitute")
        .singleElement()
        .satisfies(problem -> assertThat(problem.rule()).contains("no-such-thing"));
  }

  @Test
  void aRootThatIsNoBlockIsReported() {
    assertThat(Loading.problemsOf("treegrpo = 3")).as("a scalar root").hasSize(1);
  }

  @Test
  void aMissingFileIsReported() {
    assertThat(
            Loading.problems(
                () -> Loading.loader().load(directory.resolve("none.conf"), List.of(), Use.TRAIN)))
        .as("no such file")
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("--config");
              assertThat(problem.value()).endsWith("none.conf");
            });
  }
}
