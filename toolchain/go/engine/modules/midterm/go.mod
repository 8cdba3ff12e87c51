module github.com/vito/midterm

go 1.26.1

require loadline.dev/sealed/upstream/midterm v0.2.3
