package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights and gradients that are longer than a chunk of Spark's broadcasts. */
class ChunkedVectorsTest {

  private static final String ROUNDS = "treegrpo.rounds=3";
  private static final String REFERENCE = "treegrpo.update.velocity-kl=0.01";
  private static final String HALF = "treegrpo.update.gradients=bfloat16";

  @TempDir static Path directory;

  private static TinyRun run;

  @BeforeAll
  static void trainInOnePiece() throws IOException {
    run = new TinyRun(directory);
    run.train("local[2]", "whole", ROUNDS, REFERENCE);
    run.train("local[1]", "half", ROUNDS, REFERENCE, HALF);
  }

  private static SparkConf chunks(String master) {
    return TinyRun.spark(master).set("spark.broadcast.blockSize", "1k");
  }

  @Test
  void chunksGiveTheWeightsOfOnePiece() throws IOException {
    run.train(chunks("local[2]"), "chunks", ROUNDS, REFERENCE);
    assertThat(run.digests("chunks")).hasSize(3).isEqualTo(run.digests("whole"));
    assertThat(leaves("chunks", 2))
        .as("the audit, fingerprints of weights among it")
        .isEqualTo(leaves("whole", 2))
        .isNotEqualTo(leaves("whole", 3));
  }

  private static byte[] leaves(String name, int round) throws IOException {
    return Files.readAllBytes(
        directory.resolve("%s/audit/round=%06d/leaves.parquet".formatted(name, round)));
  }

  /** Executors send sums of more than one share in full, or their number would matter. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void halfTheBytesGiveTheSameWeightsForAnyDealing(int slots) throws IOException {
    String name = "half-" + slots;
    run.train(chunks("local[%d]".formatted(slots)), name, ROUNDS, REFERENCE, HALF);
    assertThat(run.digests(name)).hasSize(3).isEqualTo(run.digests("half"));
  }

  @Test
  void halfTheBytesAreOtherWeights() throws IOException {
    List<String> half = run.digests("half");
    assertThat(half.get(2)).as("after three rounds").isNotEqualTo(run.digests("whole").get(2));
  }
}
