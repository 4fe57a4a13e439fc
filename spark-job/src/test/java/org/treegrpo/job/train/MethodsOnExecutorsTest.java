package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Methods that keep more than weights between rounds, or look at more than a window: the same bytes
 * on one executor, on two of which some are killed, and after a resume. {@link LostExecutorTest}
 * has TreeGRPO's.
 */
class MethodsOnExecutorsTest {

  private static final int ROUNDS = 4;

  private static final Map<String, List<String>> METHODS =
      Map.of(
          "branch-grpo",
          List.of(
              "tree.width=5",
              "tree.splits=[0,2]",
              "update.pruning.depths=1",
              "update.pruning.period=1",
              "update.steps-per-round=3"),
          "ddpo",
          List.of("tree.branching=1", "tree.width=5", "advantage.buffer=3"),
          "diffusion-nft",
          List.of(
              "policy.guidance.scale=1",
              "tree.branching=1",
              "tree.width=0",
              "update.old-policy.rate=0.1",
              "update.late-anchor.beta=0.1",
              "update.late-anchor.rows=2"));

  @TempDir private Path directory;
  private TinyRun run;

  @BeforeEach
  void write() throws IOException {
    run = new TinyRun(directory);
  }

  @Test
  void branchGrpoWithSeveralStepsAndPruning() throws IOException {
    assertSameBytes("branch-grpo");
  }

  @Test
  void ddpoWithTheStateOfItsEstimator() throws IOException {
    assertSameBytes("ddpo");
    assertThat(run.resolve("resumed/checkpoints/round-000004/estimator.json"))
        .as("the state after a resume")
        .hasSameBinaryContentAs(run.resolve("alone/checkpoints/round-000004/estimator.json"));
  }

  @Test
  void nftWithItsOlderPolicy() throws IOException {
    assertSameBytes("diffusion-nft");
    Path old = run.resolve("resumed/checkpoints/round-000004/old.safetensors");
    assertThat(old)
        .as("the third vector after a resume")
        .hasSameBinaryContentAs(run.resolve("alone/checkpoints/round-000004/old.safetensors"));
    assertThat(Files.readAllBytes(old))
        .as("and it lags")
        .isNotEqualTo(Files.readAllBytes(old.resolveSibling("policy.safetensors")));
  }

  private void assertSameBytes(String method) throws IOException {
    run.train("local[2]", "alone", settings(method, ROUNDS));
    List<String> expected = run.digests("alone");
    assertThat(expected).as("weights that move").doesNotHaveDuplicates().hasSize(ROUNDS);

    Path kills = directory.resolve("kills");
    Kills.plan(kills, "grow round 2, start");
    Kills.plan(kills, "learn round 3, start");
    run.train(LethalPlugin.localCluster(kills), "killed", settings(method, ROUNDS));
    assertThat(kills).as("moments at which no executor has died").isEmptyDirectory();
    assertThat(run.digests("killed")).as("two executors, two killed").isEqualTo(expected);

    run.train("local[1]", "resumed", settings(method, 2));
    run.resume("local[3]", "resumed", settings(method, ROUNDS));
    assertThat(run.digests("resumed")).as("resumed after round 2").isEqualTo(expected);
  }

  private static String[] settings(String method, int rounds) {
    List<String> keys = new ArrayList<>(METHODS.get(method));
    keys.add("method=" + method);
    keys.add("rounds=" + rounds);
    keys.add("rewards=[{ name = size, type = lethal, time-limit-seconds = 3600 }]");
    keys.add("evaluation.every=0");
    keys.add("audit.every=0");
    return keys.stream().map(key -> "treegrpo." + key).toArray(String[]::new);
  }
}
