/** The run directory: where its files lie, how they are committed, checkpoints, and its lock. */
package org.treegrpo.job.checkpoint;
