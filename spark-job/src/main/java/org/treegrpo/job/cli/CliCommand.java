package org.treegrpo.job.cli;

import java.util.concurrent.Callable;
import org.treegrpo.job.spark.HeapMemoryException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * A command of the command line: a public class with picocli's {@code @Command}, its options as
 * fields, and a line in {@code META-INF/services} of any jar on the class path.
 */
public abstract class CliCommand implements Callable<Integer> {

  @ParentCommand private RootCommand root;
  @Spec private CommandSpec spec;

  @Override
  public final Integer call() throws Exception {
    try {
      return run(root.context(spec.commandLine()));
    } catch (OutOfMemoryError full) {
      HeapMemoryException.throwIfFull(full);
      throw full;
    }
  }

  /**
   * Does it.
   *
   * @return one of {@link ExitCodes}
   * @throws Exception told to the user by {@link Failure}: a {@link
   *     org.treegrpo.core.base.UserError} by its message alone
   */
  protected abstract int run(CommandContext context) throws Exception;
}
