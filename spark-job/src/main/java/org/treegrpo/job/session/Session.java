package org.treegrpo.job.session;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.treegrpo.job.cluster.ClusterStart;
import org.treegrpo.job.cluster.HostCheck;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.cluster.SparkSettings;
import org.treegrpo.job.executor.RunSpec;
import org.treegrpo.job.settings.ClusterSettings;
import org.treegrpo.job.settings.PolicySettings;

/**
 * The one place that opens Spark. Where this JVM has a Spark context already, as in a notebook or
 * on a managed platform, that one is used and goes on afterwards; otherwise the session's own is
 * made, and stopped with it.
 */
public final class Session implements AutoCloseable {

  private static final Duration TASKS_END = Duration.ofSeconds(3);
  private static final Duration POLL = Duration.ofMillis(20);

  private final JavaSparkContext context;
  private final boolean own;
  private final Map<Question, HostCheck.Hosts> hosts = new HashMap<>();

  /** What executors were looked at for. */
  private record Question(PolicySettings.Device device, ClusterSettings.Cpu cpu) {}

  private Session(JavaSparkContext context, boolean own) {
    this.context = context;
    this.own = own;
  }

  /**
   * Opens Spark, with at least one executor.
   *
   * @param spark completed by {@link SparkSettings}; not looked at where there is a context
   * @throws SessionException as {@link #requireUsable}
   * @throws org.treegrpo.job.executor.ExecutorException if no executor comes
   */
  public static Session open(SparkConf spark, ClusterSettings settings) {
    requireUsable();
    Optional<JavaSparkContext> present = ClusterStart.present();
    if (present.isEmpty()) {
      return new Session(ClusterStart.open(spark, settings), true);
    }
    ClusterStart.await(present.get(), settings);
    return new Session(present.get(), false);
  }

  /**
   * Looks at the Spark context of this JVM, if there is one.
   *
   * @throws SessionException if it lacks what cannot be set any more; the message names every
   *     property with its value
   */
  public static void requireUsable() {
    List<String> missing =
        ClusterStart.present()
            .map(context -> SparkSettings.missing(context.getConf()))
            .orElse(List.of());
    if (!missing.isEmpty()) {
      throw new SessionException(
          "the SparkContext of this process was made without what treegrpo needs: %s; set it before the context is made"
              .formatted(String.join("; ", missing)));
    }
  }

  /**
   * Brings an experiment, settings and inputs, to the executors. A session may have several, one
   * after another or open at the same time, with jobs in turns: each executor keeps what the two
   * used last need, and makes the others' anew when their turn comes.
   *
   * @param experiment by the id that it is known by there
   * @return its jobs; the caller closes it before this session
   * @throws org.treegrpo.job.executor.ExecutorException if an executor cannot take part, or they
   *     are not of one kind
   */
  public SparkCluster start(Function<String, RunSpec> experiment) {
    RunSpec spec = experiment.apply(UUID.randomUUID().toString());
    try {
      HostCheck.Hosts found =
          hosts.computeIfAbsent(
              new Question(spec.settings().policy().device(), spec.settings().cluster().cpu()),
              asked -> HostCheck.of(context, asked.device(), asked.cpu()));
      return new SparkCluster(context, spec.on(found.kind()), found.reports());
    } catch (RuntimeException e) {
      spec.destroy();
      throw e;
    }
  }

  /** Whether Spark still takes jobs. */
  public boolean isOpen() {
    return !context.sc().isStopped();
  }

  @Override
  public void close() {
    if (own) {
      awaitTasks();
      context.close();
    }
  }

  /**
   * Tasks of a cancelled job end a little later than the job: Spark logs a trace for each that
   * finds it closed. One that does not end is not waited for much longer.
   */
  private void awaitTasks() {
    long deadline = System.nanoTime() + TASKS_END.toNanos();
    try {
      while (runningTasks() > 0 && System.nanoTime() < deadline) {
        Thread.sleep(POLL.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int runningTasks() {
    return isOpen()
        ? Arrays.stream(context.sc().statusTracker().getExecutorInfos())
            .mapToInt(SparkExecutorInfo::numRunningTasks)
            .sum()
        : 0;
  }
}
