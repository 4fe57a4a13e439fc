package org.treegrpo.job.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.BlockManagerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.job.executor.Build;
import org.treegrpo.job.executor.ExecutorException;
import org.treegrpo.job.executor.HostKind;
import org.treegrpo.job.executor.HostReport;
import org.treegrpo.job.executor.HostTask;
import org.treegrpo.job.settings.ClusterSettings;
import org.treegrpo.job.settings.PolicySettings;
import org.treegrpo.job.spark.BlockRdd;
import scala.jdk.javaapi.CollectionConverters;

/** Looks at all executors before a run. One that comes later looks at itself. */
public final class HostCheck {

  private static final Logger LOG = LoggerFactory.getLogger(HostCheck.class);
  private static final String TAG = "treegrpo-host-check";

  private HostCheck() {}

  /**
   * What was found.
   *
   * @param kind of all of them
   * @param reports one an executor, by its id
   */
  public record Hosts(HostKind kind, List<HostReport> reports) {}

  /**
   * What all executors are.
   *
   * @param device that networks shall run on
   * @param cpu which kinds may compute together
   * @throws ExecutorException if one cannot take part, runs another build of the application than
   *     the driver, or they are not of one kind; a line for each such executor, with its host and
   *     what to do
   */
  public static Hosts of(
      JavaSparkContext context, PolicySettings.Device device, ClusterSettings.Cpu cpu) {
    List<String> locations = locations(context);
    List<HostReport> reports =
        BlockRdd.run(
                context.sc(),
                TAG,
                "look at the executors",
                locations.size(),
                locations,
                new HostTask(device, cpu))
            .stream()
            .distinct()
            .sorted(Comparator.comparing(HostReport::executor))
            .toList();
    return new Hosts(kindOf(reports, Build.fingerprint()), reports);
  }

  /**
   * What all of them are.
   *
   * @param driver the build that the driver runs
   */
  static HostKind kindOf(List<HostReport> reports, String driver) {
    List<String> problems = new ArrayList<>();
    HostKind expected = null;
    for (HostReport report : reports) {
      HostKind kind = report.kind();
      if (kind == null) {
        problems.add(report.name() + ": " + report.problem());
        continue;
      }
      LOG.info(
          "{}: {} processors, heap of {} MiB, memory of {} MiB, {}, libtorch {}, {}",
          report.name(),
          report.processors(),
          report.heap(),
          report.memory(),
          kind.processor(),
          kind.libtorch(),
          kind.device());
      expected = expected == null ? kind : expected;
      try {
        kind.requireDriver(driver, report.name());
        kind.requireSame(expected, report.name());
      } catch (ExecutorException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    if (!problems.isEmpty()) {
      throw new ExecutorException(String.join(System.lineSeparator(), problems));
    }
    return Objects.requireNonNull(expected, "there is at least one executor");
  }

  /** One an executor, as Spark names preferred locations. */
  static List<String> locations(JavaSparkContext context) {
    if (context.isLocal()) {
      return List.of("");
    }
    List<String> executors =
        CollectionConverters.asJava(
                context.sc().env().blockManager().master().getMemoryStatus().keySet())
            .stream()
            .filter(id -> !id.isDriver())
            .sorted(Comparator.comparing(BlockManagerId::executorId))
            .map(id -> "executor_%s_%s".formatted(id.host(), id.executorId()))
            .toList();
    return executors.isEmpty() ? List.of("") : executors;
  }
}
