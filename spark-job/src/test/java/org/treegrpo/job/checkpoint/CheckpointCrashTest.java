package org.treegrpo.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.treegrpo.job.checkpoint.CheckpointFixtures.LAYOUT;
import static org.treegrpo.job.checkpoint.CheckpointFixtures.checkpoint;
import static org.treegrpo.job.checkpoint.CheckpointFixtures.vector;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.files.RunDirectory;

/**
 * What a process leaves behind that dies at any moment of a checkpoint: the directory is copied
 * before and after every change that writing one makes to it, and every copy must be usable.
 */
class CheckpointCrashTest {

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
    assertThat(loaded.secondMoment().toArray())
        .as("optimiser in %s", snapshot)
        .isEqualTo(vector(300 + round));

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
}
