package org.treegrpo.job.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.spark.SparkConf;
import org.treegrpo.job.spark.ExecutorLog;
import org.treegrpo.job.spark.RewardStreamPlugin;
import org.treegrpo.job.spark.RunningTasks;

/** The Spark properties that this application needs, sets by default, or refuses. */
public final class SparkSettings {

  private static final String MASTER = "spark.master";
  private static final String PLUGINS = "spark.plugins";
  private static final String LISTENERS = "spark.extraListeners";
  private static final String KRYO = "org.apache.spark.serializer.KryoSerializer";
  private static final String COUNT = "\\s*0*[1-9]\\d{0,8}\\s*";
  private static final Pattern LOCAL_MASTER =
      Pattern.compile("local(\\[(\\*|%1$s)(,%1$s)?]|-cluster\\[%1$s,%1$s,%1$s])?".formatted(COUNT));

  private SparkSettings() {}

  /**
   * Completes a configuration from spark-submit.
   *
   * @return what is wrong with it: properties that break a promise; empty if nothing
   */
  public static List<String> apply(SparkConf conf) {
    required()
        .forEach(
            (key, value) -> {
              conf.set(key, value);
            });
    defaults().forEach(conf::setIfMissing);
    conf.setIfMissing("spark.ui.enabled", Boolean.toString(!conf.get(MASTER).startsWith("local")));
    append(conf, PLUGINS, RewardStreamPlugin.class);
    append(conf, LISTENERS, ExecutorLog.class);
    append(conf, LISTENERS, RunningTasks.class);
    List<String> problems = new ArrayList<>();
    String master = conf.get(MASTER);
    if (master.startsWith("local") && !LOCAL_MASTER.matcher(master).matches()) {
      problems.add(
          "%s = %s: must be local, local[N] or local[N,failures] with N tasks at a time, N >= 1 or *, or local-cluster[executors,cores,MiB]; such as --master local[2]"
              .formatted(MASTER, master));
    }
    refuseUnkept(conf, problems);
    refuseMalformed(conf, "spark.redaction.regex", problems);
    return problems;
  }

  /**
   * What a context lacks that others have made: the properties without which no run works, and that
   * cannot be set once it is there. It may serialise classes that are not registered.
   *
   * @param conf of the context
   */
  public static List<String> missing(SparkConf conf) {
    List<String> problems = new ArrayList<>();
    require(conf, "spark.serializer", KRYO, problems);
    require(conf, "spark.kryo.registrator", KryoRegistration.class.getName(), problems);
    require(conf, PLUGINS, RewardStreamPlugin.class.getName(), problems);
    refuseUnkept(conf, problems);
    return problems;
  }

  private static Map<String, String> required() {
    return Map.of(
        "spark.serializer",
        KRYO,
        "spark.kryo.registrator",
        KryoRegistration.class.getName(),
        "spark.kryo.registrationRequired",
        "true");
  }

  private static Map<String, String> defaults() {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put("spark.app.name", "treegrpo");
    defaults.put("spark.master", "local[*]");
    defaults.put("spark.kryoserializer.buffer.max", "2047m");
    defaults.put("spark.broadcast.compress", "false");
    defaults.put("spark.driver.maxResultSize", "0");
    defaults.put("spark.locality.wait", "3s");
    // A task pays for every executor that is killed under it, exit code 137 too.
    defaults.put("spark.task.maxFailures", "16");
    // YARN and Kubernetes: losses of long ago do not add up over days.
    defaults.put("spark.executor.failuresValidityInterval", "1h");
    defaults.put("spark.scheduler.minRegisteredResourcesRatio", "1.0");
    defaults.put("spark.scheduler.maxRegisteredResourcesWaitingTime", "60s");
    defaults.put("spark.ui.showConsoleProgress", "false");
    return defaults;
  }

  private static void append(SparkConf conf, String key, Class<?> ours) {
    String others = conf.get(key, "");
    if (!others.contains(ours.getName())) {
      conf.set(key, others.isEmpty() ? ours.getName() : others + "," + ours.getName());
    }
  }

  private static void require(SparkConf conf, String key, String value, List<String> problems) {
    String set = conf.get(key, "");
    if (!Arrays.asList(set.split("\\s*,\\s*", -1)).contains(value)) {
      problems.add("%s = %s: must contain %s".formatted(key, set, value));
    }
  }

  /** What would lose or double the states that executors keep between two jobs. */
  private static void refuseUnkept(SparkConf conf, List<String> problems) {
    refuse(conf, "spark.dynamicAllocation.enabled", "would empty the rollout stores", problems);
    refuse(conf, "spark.speculation", "would duplicate the rollout stores", problems);
  }

  private static void refuseMalformed(SparkConf conf, String key, List<String> problems) {
    try {
      Pattern.compile(conf.get(key, ""));
    } catch (PatternSyntaxException malformed) {
      problems.add(
          "%s: %s, must be a regular expression; %s"
              .formatted(key, malformed.getPattern(), malformed.getDescription()));
    }
  }

  private static void refuse(SparkConf conf, String key, String reason, List<String> problems) {
    if (conf.getBoolean(key, false)) {
      problems.add("%s = true: must be false, it %s".formatted(key, reason));
    }
  }
}
