package org.treegrpo.job.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext$;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.tensor.Processor;
import org.treegrpo.job.cluster.StandaloneMaster.Worker;
import org.treegrpo.job.executor.ExecutorException;
import org.treegrpo.job.settings.ClusterSettings;
import org.treegrpo.job.spark.BlockRdd;
import org.treegrpo.job.spark.ExecutorLog;
import scala.jdk.javaapi.OptionConverters;

/**
 * Opens a Spark context and waits for its first executor. Spark itself waits for ever, without a
 * word, where no executor fits; this says what is missing while it waits, and gives up.
 */
public final class ClusterStart {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterStart.class);
  private static final Duration FIRST_WORD = Duration.ofSeconds(20);
  private static final Duration NEXT_WORD = Duration.ofMinutes(1);
  private static final Duration OTHERS = Duration.ofSeconds(20);

  /** Workers may be busy for other applications, of which this one is not told. */
  private static final Duration NOBODY_COMES = Duration.ofSeconds(8);

  private static final String AUTHENTICATE = "spark.authenticate";
  private static final Duration POLL = Duration.ofMillis(200);
  private static final String SPARKS_OWN_WAIT = "spark.scheduler.maxRegisteredResourcesWaitingTime";

  private ClusterStart() {}

  /**
   * A context with at least one executor; the caller closes it.
   *
   * @param spark completed by {@link SparkSettings}
   * @throws ExecutorException if none comes within {@code cluster.start-timeout}; the message says
   *     what was asked for, what is there and what to change
   */
  public static JavaSparkContext open(SparkConf spark, ClusterSettings settings) {
    long start = System.nanoTime();
    Duration limit = settings.startTimeout();
    SparkConf conf = spark.clone();
    if (settings.cpu() == ClusterSettings.Cpu.BASELINE) {
      Processor.BASELINE.forEach(conf::setExecutorEnv);
    }
    // The constructor waits too, for all executors, and cannot be asked to stop.
    conf.set(
        SPARKS_OWN_WAIT,
        Math.min(conf.getTimeAsMs(SPARKS_OWN_WAIT, "60s"), limit.toMillis()) + "ms");
    openToStrangers(conf).ifPresent(LOG::warn);
    try (PeriodicWord word = word(limit, conf)) {
      JavaSparkContext context = create(conf);
      try {
        await(context, limit, limit.minusNanos(System.nanoTime() - start));
        awaitOthers(conf);
        return context;
      } catch (Exception e) { // also Spark's checked exceptions, which its Java API hides
        context.close();
        throw e;
      }
    }
  }

  /**
   * What to warn of: executors do what whoever reaches them says, and read what they are sent as
   * objects.
   */
  static Optional<String> openToStrangers(SparkConf conf) {
    return conf.get("spark.master").startsWith("local") || conf.getBoolean(AUTHENTICATE, false)
        ? Optional.empty()
        : Optional.of(
            "%s is off: whoever reaches the ports of driver and executors can run code there; conf/spark-secure.conf turns it on, with encryption"
                .formatted(AUTHENTICATE));
  }

  private static JavaSparkContext create(SparkConf conf) {
    try {
      return new JavaSparkContext(conf);
    } catch (IllegalArgumentException e) {
      throw new ExecutorException(
          "Spark cannot start with its settings: %s; see --spark --conf, spark-defaults.conf"
              .formatted(e.getMessage()),
          e);
    }
  }

  /** The context that this JVM has already, as in a notebook or on a managed platform. */
  public static Optional<JavaSparkContext> present() {
    return OptionConverters.toJava(SparkContext$.MODULE$.getActive())
        .map(JavaSparkContext::fromSparkContext);
  }

  /**
   * Waits until a context that others have made has an executor, which may be busy with their jobs;
   * the context stays open whatever happens.
   *
   * @throws ExecutorException as {@link #open}
   */
  public static void await(JavaSparkContext context, ClusterSettings settings) {
    if (context.isLocal() || !context.sc().getExecutorIds().isEmpty()) {
      return;
    }
    Duration limit = settings.startTimeout();
    try (PeriodicWord word = word(limit, context.getConf())) {
      await(context, limit, limit);
    }
  }

  private static PeriodicWord word(Duration limit, SparkConf conf) {
    return new PeriodicWord(
        () ->
            LOG.warn(
                "waiting for executors, for at most {} s (treegrpo.cluster.start-timeout): {}",
                limit.toSeconds(),
                shortage(conf)),
        FIRST_WORD,
        NEXT_WORD);
  }

  /**
   * Waits for at most {@link #OTHERS} until no Worker has room for another executor: on a
   * standalone cluster without {@code spark.cores.max} an application is given all there is, and
   * Spark itself waits for the first only. On other clusters it has waited for all that were asked
   * for. Whoever comes later gets work with the next job.
   */
  private static void awaitOthers(SparkConf conf) {
    ExecutorRequest asked = ExecutorRequest.of(conf);
    if (!asked.standalone() || asked.coresInAll().isPresent()) {
      return;
    }
    long start = System.nanoTime();
    long lastCame = start;
    int present = ExecutorLog.present();
    try {
      while (System.nanoTime() - start < OTHERS.toNanos()
          && System.nanoTime() - lastCame < NOBODY_COMES.toNanos()
          && moreWillCome(conf, asked)) {
        Thread.sleep(POLL.toMillis());
        if (ExecutorLog.present() > present) {
          present = ExecutorLog.present();
          lastCame = System.nanoTime();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for executors", e);
    }
  }

  /** Whether a Worker has room for an executor, or works for one that has not registered here. */
  private static boolean moreWillCome(SparkConf conf, ExecutorRequest asked) {
    List<Worker> workers = StandaloneMaster.workers(conf).orElse(List.of());
    long atWork = workers.stream().filter(worker -> worker.coresFree() < worker.cores()).count();
    return ExecutorLog.present() < atWork
        || workers.stream()
            .anyMatch(
                worker ->
                    worker.memoryFree() >= asked.memory()
                        && worker.coresFree() >= asked.cores().orElse(1));
  }

  /** Runs a task, which needs an executor; for so long as is left of the limit. */
  private static void await(JavaSparkContext context, Duration limit, Duration left) {
    Future<List<String>> ready =
        BlockRdd.start(context.sc(), "wait for executors", (block, task) -> "ready");
    try {
      ready.get(Math.max(left.toMillis(), 1), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      ready.cancel(true);
      throw new ExecutorException(
          "no executor came within %d s (treegrpo.cluster.start-timeout): %s"
              .formatted(limit.toSeconds(), shortage(context.getConf())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for executors", e);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
  }

  private static String shortage(SparkConf conf) {
    return new Shortage(
            conf.get("spark.master"),
            ExecutorRequest.of(conf),
            ExecutorLog.present(),
            StandaloneMaster.isMasterOf(conf) ? StandaloneMaster.workers(conf) : Optional.empty())
        .describe();
  }
}
