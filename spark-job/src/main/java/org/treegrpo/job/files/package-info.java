/** Files of a run on any Hadoop file system: where they lie, and how they are committed whole. */
package org.treegrpo.job.files;
