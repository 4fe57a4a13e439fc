package org.treegrpo.job.spark;

import java.io.Serializable;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * One partition per block of work, each preferring the executor that holds the block's state.
 *
 * @param <T> result of a block; must be registered with Kryo
 */
public final class BlockRdd<T> extends RDD<T> {

  private static final long serialVersionUID = 1L;
  private static final String DESCRIPTION = "spark.job.description";
  private static final String SITE = "callSite.short";

  private final BlockTask<T> task;
  private final List<String> locations;
  private final int blocks;

  /**
   * @param locations one preferred location per block in Spark's {@code executor_<host>_<id>} form;
   *     empty strings for none
   */
  private BlockRdd(SparkContext context, BlockTask<T> task, int blocks, List<String> locations) {
    super(context, emptySeq(), ClassTag$.MODULE$.apply(Object.class));
    this.task = task;
    this.blocks = blocks;
    this.locations = locations;
  }

  /**
   * Runs one task per block and returns the results in block order.
   *
   * @param tag by which the job can be cancelled among those of others
   */
  public static <T> List<T> run(
      SparkContext context,
      String tag,
      String name,
      int blocks,
      List<String> locations,
      BlockTask<T> task) {
    String before = context.getLocalProperty(DESCRIPTION);
    context.addJobTag(tag);
    context.setJobDescription(name);
    String site = context.getLocalProperty(SITE);
    context.setLocalProperty(SITE, name); // by which Spark names the stage
    OpenRuns.tell(context);
    try {
      JavaRDD<T> rdd = new BlockRdd<>(context, task, blocks, locations).toJavaRDD();
      return rdd.collect();
    } finally {
      OpenRuns.untell(context);
      context.setLocalProperty(SITE, site);
      context.setJobDescription(before);
      context.removeJobTag(tag);
    }
  }

  /** Starts one task anywhere; its result comes once there is an executor to run it on. */
  public static <T> Future<List<T>> start(SparkContext context, String name, BlockTask<T> task) {
    String before = context.getLocalProperty(DESCRIPTION);
    context.setJobDescription(name);
    try {
      return new BlockRdd<>(context, task, 1, List.of("")).toJavaRDD().collectAsync();
    } finally {
      context.setJobDescription(before);
    }
  }

  /** A task that needs more heap than there is fails by itself; Spark would end the executor. */
  @Override
  public Iterator<T> compute(Partition split, TaskContext context) {
    try {
      return CollectionConverters.asScala(List.of(task.run(split.index(), context)).iterator());
    } catch (RuntimeException | OutOfMemoryError failure) {
      HeapMemoryException.throwIfFull(failure);
      throw failure;
    }
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] partitions = new Partition[blocks];
    for (int i = 0; i < blocks; i++) {
      partitions[i] = new Block(i);
    }
    return partitions;
  }

  @Override
  public Seq<String> getPreferredLocations(Partition split) {
    String location = locations.get(split.index());
    return location.isEmpty()
        ? emptySeq()
        : CollectionConverters.asScala(List.of(location)).toSeq();
  }

  private static <E> Seq<E> emptySeq() {
    return CollectionConverters.<E>asScala(List.<E>of()).toSeq();
  }

  private record Block(int index) implements Partition, Serializable {}
}
