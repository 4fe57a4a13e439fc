package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.metrics.RoundMetrics;

/**
 * The signature of this project: where and how often a run is computed never changes its weights.
 */
class SameWeightsTest {

  @TempDir static Path directory;

  private static TinyRun run;
  private static List<String> undisturbed;

  @BeforeAll
  static void trainOnce() throws IOException {
    run = new TinyRun(directory);
    run.train("local[1]", "one");
    undisturbed = run.digests("one");
  }

  @Test
  void trainingMovesTheWeightsEveryRound() throws IOException {
    assertThat(undisturbed).hasSize(3).doesNotHaveDuplicates();
    for (RoundMetrics metrics : run.rounds("one")) {
      assertThat(metrics.ratioMaxDeviation()).as("first update: every rho is 1").isZero();
      assertThat(metrics.clipFraction()).as("first update: nothing is clipped").isZero();
      assertThat(metrics.gradientNorm()).as("there is a learning signal").isPositive();
      assertThat(metrics.leaves()).isEqualTo(6 * 4);
      assertThat(metrics.parents()).isEqualTo(6 * 3);
      assertThat(metrics.edges()).isEqualTo(6 * 6);
      assertThat(metrics.nfe().rollout())
          .as("the formula of ALGORITHMS.md section 1.1, twice under guidance, plus the self-check")
          .isGreaterThanOrEqualTo(
              2L * 6 * (metrics.windowStart() + 3 + 4L * (5 - metrics.windowStart() - 2)));
      assertThat(metrics.nfe().trainBackward()).as("one backward a parent").isEqualTo(6 * 3);
    }
  }

  @Test
  void twoTasksGiveTheSameWeightsAsOne() throws IOException {
    run.train("local[2]", "two");
    assertThat(run.digests("two")).isEqualTo(undisturbed);
  }

  @ParameterizedTest
  @CsvSource({"2, 2048", "4, 1024"})
  void severalExecutorsGiveTheSameWeightsAsOne(int executors, int memory) throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    String name = "cluster-" + executors;
    run.train("local-cluster[%d,1,%d]".formatted(executors, memory), name);
    assertThat(run.digests(name)).isEqualTo(undisturbed);
    assertThat(run.rounds(name)).allMatch(round -> round.sharesRegrown() == 0);
  }

  @Test
  void aResumedRunGoesOnAsIfUndisturbed() throws IOException {
    run.train("local[2]", "stopped", "treegrpo.rounds=2");
    run.resume("local[1]", "stopped", "treegrpo.rounds=3");
    assertThat(run.digests("stopped")).isEqualTo(undisturbed);
  }

  @Test
  void activationsThatAreComputedAgainGiveTheSameWeights() throws IOException {
    run.train("local[2]", "blocks", "treegrpo.update.checkpointing=blocks");
    assertThat(run.digests("blocks")).isEqualTo(undisturbed);
  }

  @Test
  void severalEpochsMoveTheRatio() throws IOException {
    run.train("local[2]", "epochs", "treegrpo.update.epochs=2", "treegrpo.rounds=1");
    assertThat(run.rounds("epochs").get(0).ratioMaxDeviation())
        .as("the second epoch sees other weights than the rollout")
        .isPositive();
  }

  @Test
  void aRunDirectoryThatIsNotEmptyIsRefused() {
    assertThatThrownBy(() -> run.train("local[1]", "one"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("treegrpo.run-dir")
        .hasMessageContaining("not empty");
  }

  @Test
  void resumingWithOtherPromptsIsRefused(@TempDir Path other) throws IOException {
    TinyRun edited = new TinyRun(other);
    edited.train("local[1]", "run", "treegrpo.rounds=1", "treegrpo.evaluation.prompts=1");
    Path prompts = edited.resolve("train.jsonl");
    Files.writeString(prompts, Files.readString(prompts).replace("word-cab", "word-xyz"));
    assertThatThrownBy(() -> edited.resume("local[1]", "run", "treegrpo.evaluation.prompts=1"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("other inputs")
        .hasMessageContaining("treegrpo.prompts.train");
  }

  @Test
  void resumingWithOtherSettingsIsRefused() {
    assertThatThrownBy(() -> run.resume("local[1]", "one", "treegrpo.seed=8"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("other settings")
        .hasMessageContaining("treegrpo.seed");
  }
}
