package org.treegrpo.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.job.files.RunDirectory;

/**
 * What a process leaves behind that dies at any moment of a checkpoint: the directory is copied
 * before and after every change that writing one makes to it, and every copy must be usable.
 */
class CheckpointCrashTest {

  private static final ParameterLayout LAYOUT =
      new ParameterLayout(List.of(new ParameterLayout.Entry("weight", new long[] {50, 2}, 0, 100)));

  @TempDir Path directory;

  @Test
  void everyStateThatADeathCanLeaveHoldsAWholeCheckpoint() throws IOException {
    Path live = directory.resolve("live");
    CheckpointStore healthy = store(live);
    healthy.save(checkpoint(1));
    healthy.save(checkpoint(2));

    SnapshotFileSystem fs = new SnapshotFileSystem(live, directory.resolve("snapshots"));
    CheckpointStore store =
        new CheckpointStore(new RunDirectory(fs, fs.makeQualified(hadoop(live))));
    store.save(checkpoint(3));
    store.prune(1);

    List<Path> snapshots = fs.snapshots();
    assertThat(snapshots)
        .as("5 files, each created, written, closed and renamed")
        .hasSizeGreaterThan(40);
    List<Integer> newest = new ArrayList<>();
    for (Path snapshot : snapshots) {
      newest.add(recover(snapshot));
    }
    assertThat(newest)
        .as("the previous checkpoint until the new one is whole, then the new one")
        .isSorted()
        .startsWith(2)
        .endsWith(3)
        .containsOnly(2, 3);
  }

  /** The round that a run would go on from; saves the next one over whatever is there. */
  private static int recover(Path snapshot) throws IOException {
    CheckpointStore store = store(snapshot);
    CheckpointStore.Verified found = store.newestValid(new ArrayList<>()).orElseThrow();
    int round = found.state().round();
    Checkpoint loaded = store.load(found, LAYOUT);
    assertThat(loaded.weights()).as("weights in %s", snapshot).isEqualTo(vector(round));
    assertThat(loaded.secondMoment()).as("optimiser in %s", snapshot).isEqualTo(vector(30 + round));

    store.save(checkpoint(3));
    store.prune(1);
    List<String> refusals = new ArrayList<>();
    assertThat(store.newestValid(refusals).orElseThrow().state().round())
        .as(snapshot.toString())
        .isEqualTo(3);
    assertThat(refusals).as("half checkpoints left in %s", snapshot).isEmpty();
    return round;
  }

  private static CheckpointStore store(Path directory) throws IOException {
    return new CheckpointStore(
        RunDirectory.of(directory.toUri().toString(), new Configuration(false)));
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }

  private static Checkpoint checkpoint(int round) {
    float[] weights = vector(round);
    return new Checkpoint(
        new CheckpointState(
            round, round, 7, "c0ffee", WeightsDigest.sha256(weights), new TreeMap<>(Map.of())),
        LAYOUT,
        weights,
        Optional.of(vector(10 + round)),
        vector(20 + round),
        vector(30 + round));
  }

  private static float[] vector(int seed) {
    float[] values = new float[LAYOUT.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = seed + i / 7f;
    }
    return values;
  }
}
