package org.treegrpo.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.treegrpo.job.cluster.StandaloneMaster.Worker;

/** What people are told who wait for executors: asked for, there, and the key to turn. */
class ShortageTest {

  private static final Worker WORKER = new Worker("w1", 4, 4, 3072, 3072);
  private static final Worker BUSY = new Worker("w2", 4, 0, 8192, 1024);

  private static String told(SparkConf conf, Optional<List<Worker>> workers) {
    return new Shortage(conf.get("spark.master"), ExecutorRequest.of(conf), 0, workers).describe();
  }

  private static String told(SparkConf conf, Worker... workers) {
    return told(conf, Optional.of(List.of(workers)));
  }

  private static SparkConf standalone(String memory) {
    return new SparkConf(false)
        .set("spark.master", "spark://m:7077")
        .set("spark.executor.memory", memory);
  }

  @Test
  void aWorkerThatIsTooSmallIsSetBesideWhatWasAskedFor() {
    assertThat(told(standalone("4g"), WORKER))
        .as("one line with asked, there, and the key")
        .isEqualTo(
            "asked spark://m:7077 for executors of 4096 MiB each (spark.executor.memory), all cores of a Worker each (spark.executor.cores);"
                + " registered executors: 0; Workers alive: 1, w1 with 4 of 4 cores and 3072 of 3072 MiB free;"
                + " no Worker has 4096 MiB: lower spark.executor.memory (--spark --executor-memory 3072m), or start a larger Worker");
  }

  @Test
  void theKeyToTurnIsTheOneThatIsInTheWay() {
    assertThat(told(standalone("1g").set("spark.executor.cores", "8"), WORKER))
        .as("too many cores")
        .contains("no Worker has 8 cores: lower spark.executor.cores");
    assertThat(
            told(
                standalone("1g").set("spark.executor.cores", "2").set("spark.cores.max", "1"),
                WORKER))
        .as("an executor would be over the limit of the application")
        .contains("spark.cores.max must be at least spark.executor.cores, 2");
    assertThat(told(standalone("4g"), WORKER, BUSY))
        .as("the only large Worker is taken")
        .contains("no Worker has both free", "limit their spark.cores.max");
    assertThat(told(standalone("1g"), WORKER))
        .as("nothing is in the way")
        .contains("there is room", "spark.driver.host");
    assertThat(told(standalone("1g"))).as("an empty cluster").endsWith("start a Worker");
    assertThat(told(standalone("1g"), Optional.empty()))
        .as("no Master")
        .endsWith("the Master does not answer: see that --master names a Master that runs");
  }

  @Test
  void otherClustersAddTheirOverhead() {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.master", "yarn")
            .set("spark.executor.memory", "4g")
            .set("spark.executor.resource.gpu.amount", "1");
    assertThat(told(conf, Optional.empty()))
        .as("4 GiB and a tenth")
        .isEqualTo(
            "asked yarn for 2 executors (spark.executor.instances) of 4505 MiB each (spark.executor.memory 4096 and spark.executor.memoryOverhead 409),"
                + " 1 cores each (spark.executor.cores), 1 GPUs each (spark.executor.resource.gpu.amount); registered executors: 0;"
                + " see what its queue or namespace has left, or ask for less: spark.executor.memory, spark.executor.cores, spark.executor.instances");
    assertThat(told(conf.clone().set("spark.executor.memory", "1g"), Optional.empty()))
        .as("at least 384 MiB")
        .contains("of 1408 MiB each");
    assertThat(told(conf.clone().set("spark.executor.memoryOverhead", "2g"), Optional.empty()))
        .as("as the user says")
        .contains("of 6144 MiB each");
  }
}
