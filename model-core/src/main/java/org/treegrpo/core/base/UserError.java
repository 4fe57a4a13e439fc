package org.treegrpo.core.base;

/**
 * What an exception promises whose message alone tells people what is wrong and what to do: the
 * file or key, the value, the rule. It is shown without its stack trace. Every exception of ours is
 * one; what is none is a bug of ours, or comes from a library.
 */
public interface UserError {

  /**
   * Whether what was given is at fault and a command could tell before it did anything; otherwise
   * only the run could find out. Holds where the exception is thrown, and no longer once a task has
   * thrown it.
   */
  default boolean badInput() {
    return false;
  }
}
