package org.treegrpo.job.spark;

import java.io.Serializable;
import org.apache.spark.TaskContext;

/**
 * The work of one block, run on an executor.
 *
 * @param <T> result type, registered with Kryo
 */
@FunctionalInterface
public interface BlockTask<T> extends Serializable {

  T run(int block, TaskContext context);

  /** The work of some blocks only, numbered from 0. */
  default BlockTask<T> only(int[] blocks) {
    return (index, context) -> run(blocks[index], context);
  }
}
