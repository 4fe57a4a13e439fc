package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link SameWeightsTest} and {@link LostExecutorTest} hold, for adapters beside a base. */
class AdapterWeightsTest {

  private static final String[] SETTINGS = {
    "treegrpo.rounds=4",
    "treegrpo.policy.trainable=" + LoraPolicy.TRAINABLE,
    "treegrpo.update.kl=0.1",
    "treegrpo.rewards=[{ name = size, type = lethal, time-limit-seconds = 3600 }]",
    "treegrpo.evaluation.every=0",
    "treegrpo.audit.every=0"
  };

  @TempDir Path directory;
  private TinyRun run;

  @BeforeEach
  void write() throws IOException {
    run = new TinyRun(directory);
    LoraPolicy.write(directory.resolve("policy"));
  }

  @Test
  void executorsThatDieAndRunsThatResumeGiveTheSameAdapters() throws IOException {
    run.train("local[1]", "undisturbed", SETTINGS);
    List<String> undisturbed = run.digests("undisturbed");
    assertThat(undisturbed).hasSize(4).doesNotHaveDuplicates();

    Path kills = directory.resolve("kills");
    Kills.plan(kills, "grow round 2, call 1");
    Kills.plan(kills, "learn round 3, start");
    run.train(LethalPlugin.localCluster(kills), "killed", SETTINGS);
    assertThat(kills).as("moments at which no executor has died").isEmptyDirectory();
    assertThat(run.digests("killed")).as("two executors, killed twice").isEqualTo(undisturbed);

    String[] two = SETTINGS.clone();
    two[0] = "treegrpo.rounds=2";
    run.train("local[2]", "resumed", two);
    run.resume("local[1]", "resumed", SETTINGS);
    assertThat(run.digests("resumed")).as("resumed").isEqualTo(undisturbed);
  }
}
