package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.audit.ParquetRows;

/** A reward that judges the images of a prompt together, in a run. */
class GroupRewardTest {

  /** Two trees of four leaves each. */
  private static final int GROUP = 8;

  private static final int LEAVES = 3 * GROUP;

  private static final String RANK =
      "{name = place, type = rank, time-limit-seconds = 3600, options {of = jpeg-compressibility}}";
  private static final String SIZE =
      "{name = size, type = jpeg-compressibility, time-limit-seconds = 3600}";

  @TempDir Path directory;

  private TinyRun run;

  @BeforeEach
  void writeInputs() throws IOException {
    run = new TinyRun(directory);
  }

  @Test
  void aGroupIsTheLeavesOfAllTreesOfAPrompt() throws IOException {
    run.train(
        "local[1]",
        "run",
        "treegrpo.rounds=1",
        "treegrpo.tree.shares=1",
        "treegrpo.rewards=[" + RANK + ", " + SIZE + "]");
    Map<String, List<Group>> prompts =
        leaves("run").stream().collect(Collectors.groupingBy(row -> row.getString("prompt_id", 0)));
    assertThat(prompts).as("prompts in the one share").hasSize(3);
    for (List<Group> group : prompts.values()) {
      assertThat(group).as("leaves of a prompt").hasSize(GROUP);
      for (Group leaf : group) {
        assertThat((float) ParquetRows.real(leaf, "reward_place"))
            .as("share of the others that are larger files, ties by half")
            .isEqualTo((float) beaten(leaf, group));
      }
    }
  }

  @Test
  void chunksTasksAndThreadsDoNotMatter() throws IOException {
    List<List<String>> digests = new ArrayList<>();
    for (String workers : List.of("threads=1, chunk-rows=16", "threads=3, chunk-rows=3")) {
      int tasks = digests.size() + 1;
      run.train(
          "local[" + tasks + "]",
          "run-" + tasks,
          "treegrpo.rounds=2",
          "treegrpo.tree.shares=3",
          "treegrpo.reward-workers={%s}".formatted(workers),
          "treegrpo.rewards=[" + RANK + "]");
      digests.add(run.digests("run-" + tasks));
    }
    assertThat(digests.get(0)).as("the weights move").hasSize(2).doesNotHaveDuplicates();
    assertThat(digests.get(1)).as("the same after each round").isEqualTo(digests.get(0));
  }

  @Test
  void anImageWithoutAScoreIsMaskedAndNotRanked() throws IOException {
    run.train(
        "local[1]",
        "run",
        "treegrpo.rounds=1",
        "treegrpo.tree.shares=3",
        "treegrpo.rewards=[{name = place, type = rank, time-limit-seconds = 3600, options {of = faulty, fault = nan}}]");
    List<Group> leaves = leaves("run");
    List<Group> masked = leaves.stream().filter(leaf -> leaf.getBoolean("masked", 0)).toList();
    assertThat(masked).as("the first image of each of three prompts").hasSize(3);
    assertThat(leaves).as("all leaves").hasSize(LEAVES);
    assertThat(
            leaves.stream()
                .mapToDouble(leaf -> ParquetRows.real(leaf, "reward_place"))
                .filter(rank -> !Double.isNaN(rank))
                .map(rank -> rank * (GROUP - 2))
                .mapToObj(Math::round))
        .as("the other seven of each prompt are ranked from 0 to 6 among themselves")
        .hasSize(LEAVES - 3)
        .contains(0L, 1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void aShareThatHoldsPartOfAGroupIsRefused() throws IOException {
    CommandLineRun refused =
        CommandLineRun.of(
            directory,
            "train",
            "--config",
            run.configFile("run").toString(),
            "--set",
            "treegrpo.rewards=[" + RANK + "]");
    refused.assertRefused(
        "treegrpo.tree.shares = 0",
        "must divide the 3 prompts of a round evenly with reward 'place'",
        "3 makes one share of each prompt");
  }

  private static double beaten(Group leaf, List<Group> group) {
    double score = ParquetRows.real(leaf, "reward_size");
    double sum = 0;
    for (Group other : group) {
      double compared = ParquetRows.real(other, "reward_size");
      sum += compared < score ? 1 : compared == score ? 0.5 : 0;
    }
    return (sum - 0.5) / (group.size() - 1);
  }

  private List<Group> leaves(String name) throws IOException {
    return ParquetRows.read(run.resolve(name + "/audit/round=000001/leaves.parquet"));
  }
}
