DROP TABLE "projects_check";
DROP TABLE "projects_file";
DROP TABLE "projects_project";
